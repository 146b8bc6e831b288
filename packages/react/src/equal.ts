/**
 * Whether two values say the same.
 * Invariant: only plain objects and arrays are compared by their members, anything else by identity.
 */

/** Compares JSON deeply; dates, maps and other objects are equal to themselves alone. */
export function isEqual(one: unknown, other: unknown): boolean {
  if (Object.is(one, other)) return true;
  if (!isPlain(one) || !isPlain(other) || one.constructor !== other.constructor) return false;
  const names = Object.keys(one);
  return (
    names.length === Object.keys(other).length &&
    names.every((name) => Object.hasOwn(other, name) && isEqual(one[name], other[name]))
  );
}

function isPlain(value: unknown): value is Record<string, unknown> {
  const { constructor } = value ?? 0;
  return constructor === Object || constructor === Array;
}

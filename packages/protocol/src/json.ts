/** The JSON data model (SPEC.md, section 5), as types and the few questions asked of them. */

export type JsonValue = null | boolean | number | string | readonly JsonValue[] | JsonMembers;

export interface JsonMembers {
  readonly [name: string]: JsonValue;
}

/** Integers of the protocol end at this distance from zero (annex A). */
export const MAX_INTEGER = Number.MAX_SAFE_INTEGER;

/** Nesting of arrays and objects ends here (annex A). */
export const MAX_DEPTH = 64;

/** Whether `text` has a surrogate that is not half of a pair. */
export function hasLoneSurrogate(text: string): boolean {
  // With the u flag a pair is one code point, so that only lone halves match.
  return /[\ud800-\udfff]/u.test(text);
}

/** Whether `value` is an object that JSON text could have made: no array, no class instance. */
export function isPlainObject(value: unknown): value is Record<string, unknown> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  // One step above Object.prototype is null, whatever realm the object comes from.
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

/** The own member `name` of `object`, undefined if there is none; never one it inherits. */
export function member<T>(object: Readonly<Record<string, T>>, name: string): T | undefined {
  return Object.hasOwn(object, name) ? object[name] : undefined;
}

/** Order by UTF-16 code units, which for ASCII is the order of ASCII. */
export function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/**
 * What Cache-Control says (SPEC.md, section 10; RFC 9111, section 5.2; RFC 9213).
 * Invariant: of two values of a directive the stricter counts, and one that cannot be read is 0.
 */

/** The values of each directive by its name in lower case; one without a value has the empty. */
export type Directives = ReadonlyMap<string, readonly string[]>;

const PIECE = /(?:[^,"]|"(?:[^"\\]|\\.)*"?)+/g;

/** The directives of a field value; null is none. */
export function readDirectives(field: string | null): Directives {
  const found = new Map<string, string[]>();
  for (const [piece] of (field ?? "").matchAll(PIECE)) {
    const at = piece.indexOf("=");
    const name = (at < 0 ? piece : piece.slice(0, at)).trim().toLowerCase();
    const value = at < 0 ? "" : piece.slice(at + 1).trim();
    found.set(name, [...(found.get(name) ?? []), value.replace(/^"(.*)"$/, "$1")]);
  }
  return found;
}

/** The seconds of a directive; null where it is not there. */
export function secondsOf(directives: Directives, name: string): number | null {
  const values = directives.get(name);
  if (values === undefined) return null;
  return Math.min(...values.map((value) => (/^[0-9]{1,10}$/.test(value) ? Number(value) : 0)));
}

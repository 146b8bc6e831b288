/**
 * Positions in what a server tells of (SPEC.md, section 17): `{epoch}.{n}`, or `{epoch}.{n}-{m}`.
 * Invariant: where nobody knows which of two is later, neither is.
 */

const FORM = /^(.*)\.(\d{1,20})(?:-(\d{1,20}))?$/;

/** The epoch, and a text that is greater for what is later. */
function read(position = ""): readonly [epoch?: string, place?: string] {
  const [, epoch, n = "", m = ""] = FORM.exec(position) ?? [];
  return epoch === undefined ? [] : [epoch, n.padStart(20, "0") + m.padStart(20, "0")];
}

/** Whether a position is known to be the same as another, or later. */
export function isAtLeast(position: string | undefined, other: string | undefined): boolean {
  if (position === undefined || position === other) return position !== undefined;
  const [epoch, place = ""] = read(position);
  const [since, from = ""] = read(other);
  return epoch !== undefined && epoch === since && place >= from;
}

/** The earliest; undefined where there is none, or nobody knows. */
export function oldest(positions: readonly string[]): string | undefined {
  return positions.find((each) => positions.every((other) => isAtLeast(other, each)));
}

/**
 * Canonical forms of parameters that have several spellings (SPEC.md, section 5.3).
 * Invariant: what is not accepted is left as it is, so that the server refuses it.
 */

import type { Scalar } from "./types.js";

/** A UUID in lower case. */
export function uuid(value: string): string {
  return value.toLowerCase();
}

const DATETIME = /^(?!0000)(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,6}))?(Z|[+-]\d\d:\d\d)$/;

/** A date-time with an offset, in UTC. */
export function datetime(value: string | Date): string {
  const text = typeof value === "string" ? value : value.toISOString();
  const [, local = "", digits = "", offset = ""] = DATETIME.exec(text) ?? [];
  // A day or an hour that there is not would be read as one of the next.
  if (secondsOf(`${local}Z`) !== local) return text;
  const seconds = secondsOf(local + offset);
  if (!/^(?!0000)\d{4}-/.test(seconds)) return text;
  const fraction = digits.replace(/0+$/, "");
  return `${seconds}${fraction && `.${fraction}`}Z`;
}

function secondsOf(text: string): string {
  const time = Date.parse(text);
  return Number.isNaN(time) ? "none" : new Date(time).toISOString().replace(/\..*/, "");
}

/** A decimal number as text: no zeros at the end of the fraction, no `-0`. */
export function decimal(value: string): string {
  const [, sign = "", whole, digits = ""] = /^(-?)(0|[1-9]\d*)(?:\.(\d+))?$/.exec(value) ?? [];
  if (whole === undefined || whole.length + digits.length > 64) return value;
  const fraction = digits.replace(/0+$/, "");
  const size = whole + (fraction && `.${fraction}`);
  return size === "0" ? size : sign + size;
}

/** Does the same with each element of a list. */
export function listOf<T>(coerce: (value: T) => Scalar): (values: readonly T[]) => Scalar[] {
  return (values) => values.map(coerce);
}

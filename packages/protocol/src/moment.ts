/**
 * Dates and date-times of parameters (SPEC.md, section 5.3).
 * Invariant: the proleptic Gregorian calendar, years 0001 to 9999, nothing local.
 */

const LAST_YEAR = 9999;

/** Whether `YYYY-MM-DD` is a day. */
export function isDate(text: string): boolean {
  return midnight(text) !== null;
}

/** Midnight in UTC of a day `YYYY-MM-DD`; null if there is no such day. */
function midnight(text: string): Date | null {
  const [year, month, day] = text.split("-").map(Number) as [number, number, number];
  const date = new Date(0);
  // Date.UTC would take the years 0 to 99 for those of the 20th century.
  date.setUTCFullYear(year, month - 1, day);
  const real = date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
  return real && year >= 1 ? date : null;
}

/**
 * A date-time that has its lexical form, in UTC with `Z` and without needless zeros.
 *
 * @returns undefined if a part of it is out of its range
 */
export function toUtc(text: string): string | undefined {
  const date = midnight(text.slice(0, 10));
  const [hour, minute, second] = text.slice(11, 19).split(":").map(Number) as [
    number,
    number,
    number,
  ];
  const zone = text.endsWith("Z") ? "+00:00" : text.slice(-6);
  const [ahead, past] = zone.slice(1).split(":").map(Number) as [number, number];
  const inRange = hour <= 23 && minute <= 59 && second <= 59 && ahead <= 23 && past <= 59;
  if (date === null || !inRange) return undefined;
  const offset = (zone.startsWith("-") ? -1 : 1) * (ahead * 60 + past);
  date.setUTCHours(hour, minute - offset, second);
  const year = date.getUTCFullYear();
  if (year < 1 || year > LAST_YEAR) return undefined;
  const fraction = /\.[0-9]+/.exec(text)?.[0].replace(/\.?0+$/, "") ?? "";
  return `${date.toISOString().slice(0, 19)}${fraction}Z`;
}

/**
 * How values are written.
 * Invariant: prices come and stay as decimal text; a number is made of them to be shown alone.
 */

const money = new Intl.NumberFormat("en-IE", { style: "currency", currency: "EUR" });
const date = new Intl.DateTimeFormat("en-GB", { dateStyle: "medium", timeStyle: "short" });

/** `4.20` as €4.20. */
export function price(amount: string): string {
  return money.format(Number(amount));
}

/** A date and time, in the visitor's time zone. */
export function when(text: string): string {
  return date.format(new Date(text));
}

/** `1 piece`, `2 pieces`. */
export function count(number: number, one: string): string {
  return `${number} ${one}${number === 1 ? "" : "s"}`;
}

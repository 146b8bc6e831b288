/** The vectors of the conformance suite. */

import { readFileSync } from "node:fs";

export interface Vector {
  readonly id: string;
  readonly input: unknown;
  readonly expect: { readonly ok?: unknown; readonly error?: unknown };
}

/** The vectors of a topic whose input needs no tagged value. */
export function vectors(topic: string): Vector[] {
  const file = new URL(`../../../conformance/vectors/v1/${topic}.json`, import.meta.url);
  const { vectors: all } = JSON.parse(readFileSync(file, "utf8")) as { vectors: Vector[] };
  return all.filter(({ input }) => !JSON.stringify(input).includes('"$'));
}

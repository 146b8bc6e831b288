/** What the properties draw from. */
import fc from "fast-check";
import type { Target } from "../src/index.js";

/** Any sequence of code units, lone surrogates included. */
export const anyText = fc
  .array(fc.oneof(fc.integer({ min: 0, max: 0xffff }), fc.integer({ min: 32, max: 126 })))
  .map((units) => String.fromCharCode(...units));

/** Text without lone surrogates. */
export const text = fc.string({ unit: "binary", maxLength: 12 });

export const anyBytes = fc.uint8Array({ maxLength: 40 });

/** Texts made of these pieces: near enough to a grammar to get deep into its parser. */
export function textOf(...pieces: string[]): fc.Arbitrary<string> {
  return fc.array(fc.constantFrom(...pieces), { maxLength: 14 }).map((drawn) => drawn.join(""));
}

/** Doubles whose canonical text `decode` reads back: no integer beyond 2^53-1. */
export const double = fc
  .double({ noNaN: true, noDefaultInfinity: true })
  .filter((number) => Number.isSafeInteger(number) || !/^-?[0-9]+$/.test(String(number)));

export const json = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: "small" },
    fc.constantFrom(null, true, false),
    double,
    text,
    fc.array(tie("value"), { maxLength: 4 }),
    fc.dictionary(fc.oneof(text, fc.constantFrom("__proto__", "constructor")), tie("value"), {
      maxKeys: 4,
    }),
  ),
})).value;

export const name = fc.constantFrom("user", "cart", "shop.cart", "a", "z9_");
export const paramName = fc.constantFrom("id", "page", "user_id", "q", "constructor");
const scalar = fc.oneof(fc.integer({ min: -3, max: 3 }), text, fc.boolean(), double);
export const params = fc.dictionary(
  paramName,
  fc.oneof(scalar, fc.array(scalar, { maxLength: 2 })),
  {
    maxKeys: 3,
  },
);

export const target: fc.Arbitrary<Target> = fc.oneof(
  { weight: 1, arbitrary: fc.constant("*") },
  { weight: 4, arbitrary: name },
  {
    weight: 15,
    arbitrary: fc.record(
      { context: name, params, function: fc.constantFrom("f", "g.h") },
      { requiredKeys: ["context"] },
    ),
  },
);

export const instance = fc.record({ context: name, params });

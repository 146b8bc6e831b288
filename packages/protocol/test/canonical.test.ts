import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { canonicalJson, canonicalString } from "../src/canonical.js";
import { decode } from "../src/decode.js";
import { json } from "./arbitraries.js";
import { codeOf } from "./expect.js";

function nest(depth: number): unknown {
  let value: unknown = 1;
  for (let level = 0; level < depth; level += 1) value = level % 2 ? [value] : { a: value };
  return value;
}

describe("canonicalJson", () => {
  it.each([
    [null, "null"],
    [true, "true"],
    [5, "5"],
    [5n, "5"],
    [-9007199254740991n, "-9007199254740991"],
    [-0, "0"],
    [1e21, "1e+21"],
    [1e-7, "1e-7"],
    [2 ** 60, "1152921504606847000"],
    [5e-324, "5e-324"],
    ["é\u2028\u007f", '"é\u2028\u007f"'],
    ['\b\t\n\f\r"\\/\u0001\u001f', '"\\b\\t\\n\\f\\r\\"\\\\/\\u0001\\u001f"'],
    [[], "[]"],
    [{}, "{}"],
    [[1, [2]], "[1,[2]]"],
    [{ b: 1, a: [{}] }, '{"a":[{}],"b":1}'],
    [{ "\ufb33": 1, "\u{1f600}": 2, "10": 3, "9": 4 }, '{"10":3,"9":4,"\u{1f600}":2,"\ufb33":1}'],
    [JSON.parse('{"__proto__":1}'), '{"__proto__":1}'],
    [nest(64), undefined],
  ])("writes %o", (value, text) => {
    const written = canonicalJson(value);
    if (text !== undefined) expect(written).toBe(text);
  });

  it.each([
    [NaN, "json.nan"],
    [[Infinity], "json.infinity"],
    [-Infinity, "json.infinity"],
    [9007199254740992n, "json.integer_range"],
    [-9007199254740992n, "json.integer_range"],
    ["\ud800", "json.surrogate"],
    [{ "\udc00": 1 }, "json.surrogate"],
    [nest(65), "json.depth"],
    [undefined, "json.type"],
    [{ a: undefined }, "json.type"],
    [new Array(2), "json.type"],
    [() => 1, "json.type"],
    [Symbol("a"), "json.type"],
    [{ [Symbol("a")]: 1 }, "json.type"],
    [new Date(0), "json.type"],
    [new Map(), "json.type"],
    [new Uint8Array(1), "json.type"],
    [Object(1), "json.type"],
    [new Error("a"), "json.type"],
  ])("refuses %o with %s", (value, code) => {
    expect(codeOf(() => canonicalJson(value))).toBe(code);
  });

  it("does not follow a circle for ever", () => {
    const circle: unknown[] = [];
    circle.push(circle);
    expect(codeOf(() => canonicalJson(circle))).toBe("json.depth");
  });

  it("is JSON text of the same value, and one text for equal values", () => {
    fc.assert(
      fc.property(json, (value) => {
        const text = canonicalJson(value);
        expect(canonicalJson(JSON.parse(text))).toBe(text);
        expect(canonicalJson(decode(text))).toBe(text);
      }),
    );
  });
});

describe("canonicalString", () => {
  it("is the string itself, or the text", () => {
    expect(["5", 5, 5n, [1, "a"], true, null, ""].map(canonicalString)).toEqual([
      "5",
      "5",
      "5",
      '[1,"a"]',
      "true",
      "null",
      "",
    ]);
  });

  it("refuses as canonicalJson", () => {
    expect(codeOf(() => canonicalString("\ud800"))).toBe("json.surrogate");
    expect(codeOf(() => canonicalString(NaN))).toBe("json.nan");
  });
});

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { canonicalJson } from "../src/canonical.js";
import { decode } from "../src/decode.js";
import { WireError } from "../src/errors.js";
import { anyBytes, anyText, json, textOf } from "./arbitraries.js";
import { codeOf } from "./expect.js";

const nested = (depth: number): string => "[".repeat(depth) + "]".repeat(depth);

describe("decode", () => {
  it.each([
    [' {"a" : [1, 2.5, "x"],\r\n\t"b":{}} ', { a: [1, 2.5, "x"], b: {} }],
    ["[]", []],
    ["[ ]", []],
    ["{ }", {}],
    ["true", true],
    ["false", false],
    ["null", null],
    ["5.0", 5],
    ["5e0", 5],
    ["1e21", 1e21],
    ["1E-7", 1e-7],
    ["9007199254740991", 9007199254740991],
    ["-9007199254740991", -9007199254740991],
    ["9007199254740993.0", 9007199254740992],
    ['"\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9"', '"\\/\b\f\n\r\té'],
    ['"\\ud83d\\ude00 \\uD83D\\uDE00"', "😀 😀"],
    ['"\u2028\u007f"', "\u2028\u007f"],
  ])("reads %j", (source, value) => {
    expect(decode(source)).toEqual(value);
    expect(decode(new TextEncoder().encode(source))).toEqual(value);
  });

  it.each(["-0", "-0.0", "-0e5", "-1e-400"])("reads %s as the integer 0", (source) => {
    expect(decode(source)).toBe(0);
  });

  it("makes __proto__ a member like any other", () => {
    const value = decode('{"__proto__": {"polluted": 1}, "constructor": 2}') as object;
    expect(Object.entries(value)).toEqual([
      ["__proto__", { polluted: 1 }],
      ["constructor", 2],
    ]);
    expect(Object.getPrototypeOf(value)).toBeNull();
    expect(({} as Record<string, unknown>)["polluted"]).toBeUndefined();
  });

  it.each([
    ["", "json.syntax"],
    ["\ufeff1", "json.syntax"],
    ["1 2", "json.syntax"],
    ["01", "json.syntax"],
    ["1.", "json.syntax"],
    ["+1", "json.syntax"],
    ["-", "json.syntax"],
    ["tru", "json.syntax"],
    ["[1,]", "json.syntax"],
    ["[1 2]", "json.syntax"],
    ["{a:1}", "json.syntax"],
    ['{"a" 1}', "json.syntax"],
    ['{"a":1,}', "json.syntax"],
    ['{"a":1 "b":2}', "json.syntax"],
    ["[1}", "json.syntax"],
    ['"\\x"', "json.syntax"],
    ['"\\u12g4"', "json.syntax"],
    ['"a', "json.syntax"],
    ['"\\', "json.syntax"],
    ['"\n"', "json.syntax"],
    ["/**/1", "json.syntax"],
    ["\u00a01", "json.syntax"],
    ["\u00001", "json.syntax"],
    ["9007199254740992", "json.integer_range"],
    ["-9007199254740993", "json.integer_range"],
    ["1".repeat(400), "json.integer_range"],
    ["1e400", "json.number_range"],
    ["-1.5e999", "json.number_range"],
    ["[NaN]", "json.nan"],
    ["Infinity", "json.infinity"],
    ['{"a":-Infinity}', "json.infinity"],
    ['{"a":1,"\\u0061":2}', "json.duplicate"],
    ['"\\ud800"', "json.surrogate"],
    ['{"\\udc00":1}', "json.surrogate"],
    ['"\ud800"', "json.surrogate"],
    [nested(65), "json.depth"],
    ["[".repeat(65), "json.depth"],
    ['{"a":'.repeat(65), "json.depth"],
  ])("refuses %j with %s", (source, code) => {
    expect(codeOf(() => decode(source))).toBe(code);
  });

  it.each([
    ["[1e400, NaN", "json.number_range"],
    ["9007199254740993.x", "json.integer_range"],
    ['["\\ud800', "json.syntax"],
    ['["\\ud800" x', "json.surrogate"],
    ['{"a":NaN,"a":1}', "json.nan"],
    ['{"a":1,"a" x', "json.duplicate"],
    [`${nested(65)} 1e400`, "json.depth"],
  ])("goes from left to right in %j: %s", (source, code) => {
    expect(codeOf(() => decode(source))).toBe(code);
  });

  it("says where the fault is", () => {
    expect(() => decode("[1, x]")).toThrow(expect.objectContaining({ position: 4 }));
    expect(() => decode("[1, x]")).toThrow(/position 4/);
  });

  it("takes 64 levels", () => {
    expect(codeOf(() => decode(nested(64)))).toBeNull();
  });

  it("holds the limit in bytes, before all else", () => {
    expect(decode('"é"', 4)).toBe("é");
    expect(codeOf(() => decode('"é"', 3))).toBe("json.size");
    expect(codeOf(() => decode("xxxx", 3))).toBe("json.size");
    expect(codeOf(() => decode(Uint8Array.of(0xff, 0xff), 1))).toBe("json.size");
    expect(codeOf(() => decode(Uint8Array.of(0xff, 0xff), 2))).toBe("json.utf8");
    expect(codeOf(() => decode("[".repeat(16 * 1024 * 1024 + 1)))).toBe("json.size");
  });

  it("reads back canonical text", () => {
    fc.assert(
      fc.property(json, (value) => {
        const source = canonicalJson(value);
        expect(canonicalJson(decode(source))).toBe(source);
      }),
    );
  });

  it("takes what JSON.parse takes, but for what that loses", () => {
    const lost = /^json\.(integer_range|number_range|duplicate|surrogate|depth)$/;
    const near = textOf(
      ..."{}[],:".split(""),
      ...['"a"', '"b"', '"\\u0061"', '"\\ud800"', '{"a":', "[1", "1", "-0", "0.5", "1e400"],
      ...["9007199254740993", "true", "null", "NaN", " ", "\n", "]]", "}}"],
    );
    fc.assert(
      fc.property(fc.oneof(anyText, near), (source) => {
        let parsed: unknown;
        let isJson = true;
        try {
          parsed = JSON.parse(source, (_, value: unknown) => (value === 0 ? 0 : value));
        } catch {
          isJson = false;
        }
        const code = codeOf(() => decode(source));
        if (isJson && code === null) expect(decode(source)).toEqual(parsed);
        else if (isJson) expect(code).toMatch(lost);
        else expect(code).not.toBeNull();
      }),
      { numRuns: 500 },
    );
  });

  it("takes any bytes", () => {
    fc.assert(
      fc.property(anyBytes, (bytes) => {
        try {
          decode(bytes);
        } catch (error) {
          expect(error).toBeInstanceOf(WireError);
        }
      }),
    );
  });

  it.each([
    ['"' + "\\n".repeat(500_000) + '"'],
    ["[" + "1,".repeat(500_000) + "1]"],
    ["1".repeat(1_000_000) + ".5"],
    [" ".repeat(1_000_000) + "1"],
  ])("reads a megabyte in one pass", (source) => {
    expect(["json.number_range", null]).toContain(codeOf(() => decode(source)));
  });
});

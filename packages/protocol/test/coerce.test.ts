import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { canonicalString } from "../src/canonical.js";
import { checkType, coerce, isOfType } from "../src/coerce.js";
import type { ItemType, ParameterType } from "../src/index.js";
import { anyText, json, textOf } from "./arbitraries.js";
import { codeOf } from "./expect.js";

const plain = (type: string): ItemType => ({ type }) as ItemType;
const choice: ItemType = { type: "choice", choices: ["a", 1, true] };
const list = (items: ItemType): ParameterType => ({ type: "list", items });
const uuid = "0A1b2C3d-0000-4000-8000-00000000000F";

describe("coerce", () => {
  it.each<[unknown, ParameterType, unknown]>([
    [true, plain("boolean"), true],
    ["false", plain("boolean"), false],
    [5, plain("integer"), 5],
    [5n, plain("integer"), 5],
    ["-5", plain("integer"), -5],
    ["9007199254740991", plain("integer"), 9007199254740991],
    [0.5, plain("number"), 0.5],
    [5n, plain("number"), 5],
    [1e300, plain("number"), 1e300],
    ["1.50e1", plain("number"), 15],
    ["9007199254740993.0", plain("number"), 9007199254740992],
    ["a b", plain("string"), "a b"],
    ["", plain("string"), ""],
    ["\n", plain("string"), "\n"],
    [1, choice, 1],
    ["1", choice, 1],
    [1n, choice, 1],
    ["true", choice, true],
    ["a", choice, "a"],
    [uuid, plain("uuid"), uuid.toLowerCase()],
    ["2024-02-29", plain("date"), "2024-02-29"],
    ["2024-02-29T01:00:00.10+01:00", plain("datetime"), "2024-02-29T00:00:00.1Z"],
    ["12.500", plain("decimal"), "12.5"],
    ["-0.00", plain("decimal"), "0"],
    ["-0", plain("decimal"), "0"],
    ["100", plain("decimal"), "100"],
    ["-10.0", plain("decimal"), "-10"],
    ["1".repeat(64), plain("decimal"), "1".repeat(64)],
    [[1, "2"], list(plain("integer")), [1, 2]],
    ['[1, "2"]', list(plain("integer")), [1, 2]],
    [[], list(plain("date")), []],
    [["1", "a"], list(choice), [1, "a"]],
  ])("%o as %o is %o", (value, type, canonical) => {
    expect(coerce(value, type)).toEqual(canonical);
    expect(isOfType(value, type)).toBe(true);
  });

  it.each<[unknown, ItemType]>([
    [-0, plain("integer")],
    [-0, plain("number")],
    ["-0", plain("number")],
    ["-0.0", plain("number")],
  ])("%o as %o is the integer 0", (value, type) => {
    expect(coerce(value, type)).toBe(0);
  });

  it.each<[unknown, ParameterType, string]>([
    [1, plain("boolean"), "coerce.type"],
    ["True", plain("boolean"), "coerce.lexical"],
    ["yes", plain("boolean"), "coerce.lexical"],
    [5.5, plain("integer"), "coerce.type"],
    [1e21, plain("integer"), "coerce.type"],
    [true, plain("integer"), "coerce.type"],
    [undefined, plain("integer"), "coerce.type"],
    [2n ** 53n, plain("integer"), "coerce.range"],
    ["9007199254740992", plain("integer"), "coerce.range"],
    ["05", plain("integer"), "coerce.lexical"],
    ["-0", plain("integer"), "coerce.lexical"],
    ["5.0", plain("integer"), "coerce.lexical"],
    [" 5", plain("integer"), "coerce.lexical"],
    ["5\n", plain("integer"), "coerce.lexical"],
    ["٥", plain("integer"), "coerce.lexical"],
    ["9007199254740992", plain("number"), "coerce.range"],
    ["1e400", plain("number"), "coerce.range"],
    [NaN, plain("number"), "coerce.range"],
    [2n ** 53n, plain("number"), "coerce.range"],
    ["1.", plain("number"), "coerce.lexical"],
    ["NaN", plain("number"), "coerce.lexical"],
    [5, plain("string"), "coerce.type"],
    ["\ud800", plain("string"), "json.surrogate"],
    ["b", choice, "coerce.choice"],
    [2, choice, "coerce.choice"],
    [[1], choice, "coerce.type"],
    [5, plain("uuid"), "coerce.type"],
    [uuid.replaceAll("-", ""), plain("uuid"), "coerce.lexical"],
    ["2024-2-1", plain("date"), "coerce.lexical"],
    ["2023-02-29", plain("date"), "coerce.range"],
    [new Date(0), plain("date"), "coerce.type"],
    ["2024-02-29T01:00:00", plain("datetime"), "coerce.lexical"],
    ["2024-02-29t01:00:00z", plain("datetime"), "coerce.lexical"],
    ["2024-02-29T01:00:00.1234567Z", plain("datetime"), "coerce.lexical"],
    ["2024-02-29T25:00:00Z", plain("datetime"), "coerce.range"],
    [1.5, plain("decimal"), "coerce.type"],
    ["1e5", plain("decimal"), "coerce.lexical"],
    ["0." + "0".repeat(64), plain("decimal"), "coerce.range"],
    [{}, list(plain("string")), "coerce.type"],
    ["1,2", list(plain("integer")), "coerce.lexical"],
    ['{"a":1}', list(plain("integer")), "coerce.lexical"],
    ["[9007199254740992]", list(plain("integer")), "coerce.lexical"],
    [["1", "x", null], list(plain("integer")), "coerce.lexical"],
    [[1, null, "x"], list(plain("integer")), "coerce.null"],
    [null, plain("integer"), "coerce.null"],
    [null, choice, "coerce.null"],
    [null, list(choice), "coerce.null"],
  ])("%o as %o is refused with %s", (value, type, code) => {
    expect(codeOf(() => coerce(value, type))).toBe(code);
    expect(isOfType(value, type)).toBe(false);
  });

  it("gives no value for an accepted null, and refuses null elements all the same", () => {
    expect(coerce(null, plain("integer"), true)).toBeNull();
    expect(coerce(5, plain("integer"), true)).toBe(5);
    expect(codeOf(() => coerce([null], list(plain("integer")), true))).toBe("coerce.null");
  });

  it("says where and what", () => {
    const read = (): unknown => coerce([1, "five"], list(plain("integer")));
    expect(read).toThrow(expect.objectContaining({ pointer: "/1" }));
    expect(read).toThrow('Expected a integer, got "five".');
    expect(() => coerce("x".repeat(500), plain("date"))).toThrow(/^.{0,110}$/);
  });

  it("is at its goal after one step", () => {
    const types = fc.constantFrom(
      ...["boolean", "integer", "number", "string", "uuid", "date", "datetime", "decimal"].map(
        plain,
      ),
      choice,
      list(plain("number")),
      list(plain("string")),
    );
    const near = textOf("0", "1", "-", ".", "e", "2024-02-29", "T", "00:00:00", "Z", "[", "]", ",");
    fc.assert(
      fc.property(fc.oneof(json, anyText, near), types, (value, type) => {
        if (codeOf(() => coerce(value, type)) !== null) return;
        const canonical = coerce(value, type);
        expect(coerce(canonical, type)).toEqual(canonical);
        expect(coerce(canonicalString(canonical), type)).toEqual(canonical);
      }),
      { numRuns: 1000 },
    );
  });
});

describe("checkType", () => {
  it.each<ParameterType>([
    { type: "choice", choices: [1, "1"] },
    { type: "choice", choices: [true, "true"] },
    { type: "list", items: { type: "choice", choices: ["a", "a"] } },
  ])("refuses %o", (type) => {
    expect(
      codeOf(() => {
        checkType(type);
      }),
    ).toBe("declaration.ambiguous");
    expect(codeOf(() => coerce("x", type))).toBe("declaration.ambiguous");
  });

  it("takes choices that differ", () => {
    expect(
      codeOf(() => {
        checkType(choice);
      }),
    ).toBeNull();
  });
});

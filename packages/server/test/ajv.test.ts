import { describe, expect, it } from "vitest";
import { ajvValidator } from "../src/ajv.js";
import { args, integer, text } from "./shop.js";

const validator = ajvValidator();

describe("the validator on Ajv", () => {
  it("finds one issue for each argument", () => {
    const check = validator(
      args({ a: integer, b: { type: "array", items: integer }, c: { enum: [1, "x"] }, d: text }),
    );
    expect(check({ a: 1, b: [1], c: "x", d: "" })).toEqual([]);
    expect(check({ a: "1", b: [1, "x", "y"], c: 2 })).toEqual([
      { pointer: "/d", code: "required", detail: 'The argument "d" is missing.' },
      { pointer: "/a", code: "type", detail: "It must be integer." },
      { pointer: "/b/1", code: "type", detail: "It must be integer." },
      { pointer: "/c", code: "enum", detail: 'It must be one of [1,"x"].' },
    ]);
  });

  it("says once what is wrong with one", () => {
    expect(validator(args({ a: integer }))({ a: "1" })).toHaveLength(1);
    expect(validator(args({ a: { type: "integer", minimum: 5 } }))({ a: 1 })).toEqual([
      { pointer: "/a", code: "minimum", detail: "It must be >= 5." },
    ]);
  });

  it("looks at the whole, too", () => {
    const check = validator({ ...args({ a: integer, b: integer }, []), minProperties: 1 });
    expect(check({})).toMatchObject([{ pointer: "", code: "min_properties" }]);
    expect(validator(integer)([])).toMatchObject([{ pointer: "", code: "type" }]);
    expect(validator({ $async: false, not: {} })(1)).toMatchObject([{ code: "not" }]);
  });

  it("follows definitions", () => {
    const $defs = { Input: args({ a: { $ref: "#/$defs/Even" } }), Even: { multipleOf: 2 } };
    const check = validator({ $ref: "#/$defs/Input", $defs });
    expect(check({ a: 2 })).toEqual([]);
    expect(check({ a: 3 })).toMatchObject([{ pointer: "/a", code: "multiple_of" }]);
  });

  it.each([
    ["date", "2024-02-29", "2023-02-29"],
    ["date-time", "2024-02-29T00:00:00Z", "2024-02-29"],
    ["uuid", "123e4567-e89b-12d3-a456-426614174000", "123"],
  ])("knows the format %s", (format, good, bad) => {
    const check = validator({ type: "string", format });
    expect([check(good), check(bad).length]).toEqual([[], 1]);
  });

  it("leaves other formats alone, and takes options of Ajv", () => {
    expect(validator({ type: "string", format: "email" })("x")).toEqual([]);
    const lenient = ajvValidator({ coerceTypes: true });
    expect(lenient(args({ a: integer }))({ a: "1" })).toEqual([]);
  });

  it("refuses what is no schema", () => {
    expect(() => validator({ type: "nothing" })).toThrow();
    expect(() => validator({ $ref: "#/$defs/Nothing" })).toThrow();
  });

  it("is not led astray by names that objects inherit", () => {
    const check = validator(args({ a: integer }, []));
    const given = JSON.parse('{"__proto__":1,"constructor":2,"a":"x"}') as object;
    const pointers = check(given).map(({ pointer }) => pointer);
    expect(pointers).toContain("/a");
    expect(pointers.length).toBeGreaterThan(1);
  });
});

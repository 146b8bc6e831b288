import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseList } from "../src/fields.js";
import { anyBytes, anyText, textOf } from "./arbitraries.js";
import { codeOf } from "./expect.js";

describe("parseList", () => {
  it.each([
    ["", []],
    ["  ", []],
    ["a", ["token"]],
    ["*a/b:c%", ["token"]],
    [" a \t,\t b ", ["token", "token"]],
    ["1, -2.125, 007, -0", ["integer", "decimal", "integer", "integer"]],
    ["123456789012345, 123456789012.123", ["integer", "decimal"]],
    ['"", "a\\"\\\\ ~"', ["string", "string"]],
    ["?0, ?1", ["boolean", "boolean"]],
    ["::, :YQ==:, :YQ:, :YWI=:, :YWI:, :YWJj:", Array<string>(6).fill("bytes")],
    ["@0, @-15", ["date", "date"]],
    ['%"", %"a\\ %c3%a9"', ["display", "display"]],
    ["()", ["list"]],
    ["( a  1;x=2;y ) ;z=?1", null],
    ["( a  1;x=2;y );z=?1", ["list"]],
  ])("reads %j", (field, kinds) => {
    if (kinds === null) expect(codeOf(() => parseList(field))).toBe("header.syntax");
    else expect(parseList(field).map(({ kind }) => kind)).toEqual(kinds);
  });

  it("keeps parameters in their order, with what was written", () => {
    expect(parseList('a;b;  *c.d-e=1.0;b="x\\"";f=Yy')).toEqual([
      {
        kind: "token",
        raw: "a",
        params: [
          { name: "b", value: null },
          { name: "*c.d-e", value: { kind: "decimal", raw: "1.0" } },
          { name: "b", value: { kind: "string", raw: 'x\\"' } },
          { name: "f", value: { kind: "token", raw: "Yy" } },
        ],
      },
    ]);
  });

  it.each([
    ["\ta"],
    ["a,"],
    ["a,,b"],
    [",a"],
    ["a b"],
    ["a;"],
    ["a;B=1"],
    ["a; =1"],
    ["a;b="],
    ["a;b= 1"],
    ["a ;b"],
    ["a;\tb"],
    ["x=%41"],
    ["a;x=%41"],
    ["a;x=(1)"],
    ["-"],
    ["1."],
    ["1.2345"],
    ["1234567890123456"],
    ["1234567890123.1"],
    ['"a'],
    ['"\\a"'],
    ['"é"'],
    ["é"],
    ["?2"],
    [":Y:"],
    [":YQ=:"],
    [":Y-:"],
    [":YQ"],
    ["@1.5"],
    ['%"%C3%A9"'],
    ['%"%ff"'],
    ['%"%f"'],
    ["(a"],
    ["(a,b)"],
    ['("a""b")'],
    ["(a (b))"],
    ["a\u0000"],
  ])("refuses %j", (field) => {
    expect(codeOf(() => parseList(field))).toBe("header.syntax");
  });

  it("holds the limit in bytes, first of all", () => {
    const long = "a".repeat(65_536);
    expect(codeOf(() => parseList(long))).toBeNull();
    expect(codeOf(() => parseList(`${long},`))).toBe("header.size");
    expect(codeOf(() => parseList("é".repeat(32_769)))).toBe("header.size");
    expect(codeOf(() => parseList("é".repeat(32_768)))).toBe("header.syntax");
    expect(codeOf(() => parseList(new Uint8Array(65_537)))).toBe("header.size");
    expect(codeOf(() => parseList(Uint8Array.of(0x61, 0xe9)))).toBe("header.syntax");
  });

  it.each(['"', "(", "( ", "a;a", "a,", "a, ", ":aaaa", '%"%41', "(a ", "1", "a;b=1;"])(
    "reads 64 KiB of %j in one pass",
    (piece) => {
      const field = piece.repeat(Math.trunc(65_536 / piece.length));
      expect(["header.syntax", null]).toContain(codeOf(() => parseList(field)));
    },
  );

  it("takes anything", () => {
    const near = textOf(
      "a",
      "*",
      "/",
      ";",
      "=",
      "1",
      ".",
      '"',
      "\\",
      "?1",
      ":",
      "@",
      "%",
      "(",
      ")",
    );
    fc.assert(
      fc.property(fc.oneof(anyText, anyBytes, near), (field) => {
        expect(["header.syntax", null]).toContain(codeOf(() => parseList(field)));
      }),
      { numRuns: 500 },
    );
  });
});

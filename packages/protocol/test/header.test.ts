import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { formatHeader, parseHeader } from "../src/header.js";
import type { Target } from "../src/index.js";
import { canonicalSet, covers } from "../src/targets.js";
import { anyBytes, anyText, target, textOf } from "./arbitraries.js";
import { codeOf } from "./expect.js";

const user = (params: Record<string, string | number>): Target => ({ context: "user", params });

describe("formatHeader", () => {
  it.each<[Target[], string]>([
    [[], ""],
    [["*"], "*"],
    [["notifications", user({ user_id: 5 })], "notifications, user;user_id=5"],
    [[{ context: "user", function: "user_profile" }], "user/user_profile"],
    [[user({ q: "a b", p: "é" })], 'user;p="%C3%A9";q=a%20b'],
  ])("writes %j as %s", (targets, field) => {
    expect(formatHeader(targets)).toBe(field);
  });

  it("drops values that are too long for what they are written as", () => {
    const token = "a".repeat(512);
    expect(formatHeader([user({ q: token })])).toBe(`user;q=${token}`);
    expect(formatHeader([user({ q: `${token}a`, r: 1 })])).toBe("user;r=1");
    const string = "1".repeat(1024);
    expect(formatHeader([user({ q: string })])).toBe(`user;q="${string}"`);
    expect(formatHeader([user({ q: `${string}1` })])).toBe("user");
    expect(formatHeader([user({ q: `1${"é".repeat(171)}` })])).toBe("user");
    expect(formatHeader([user({ q: token + "a", r: 1 }), user({ r: 1 })])).toBe("user;r=1");
  });

  it("coarsens the context with the most bytes first, by name where they tie", () => {
    const targets: Target[] = [
      { context: "b", params: { id: 1 } },
      { context: "b", params: { id: 2 } },
      { context: "a", params: { id: 10 } },
      { context: "c", function: "f" },
      "d",
    ];
    expect(formatHeader(targets, 35)).toBe("a;id=10, b;id=1, b;id=2, c/f, d");
    expect(formatHeader(targets, 30)).toBe("a;id=10, b, c/f, d");
    expect(formatHeader(targets, 17)).toBe("a, b, c/f, d");
    expect(formatHeader(targets, 11)).toBe("a, b, c, d");
    expect(formatHeader(targets, 9)).toBe("*");
    expect(formatHeader(["a"], 1)).toBe("a");
    const tie: Target[] = [
      { context: "b", function: "f" },
      { context: "a", function: "f" },
    ];
    expect(formatHeader(tie, 7)).toBe("a, b/f");
  });

  it("fits, and covers what it was given", () => {
    fc.assert(
      fc.property(
        fc.array(target, { maxLength: 10 }),
        fc.integer({ min: 1, max: 90 }),
        (set, max) => {
          const field = formatHeader(set, max);
          expect(field.length).toBeLessThanOrEqual(max);
          const read = parseHeader(field);
          for (const each of set) expect(read.some((broad) => covers(broad, each))).toBe(true);
        },
      ),
    );
  });
});

describe("parseHeader", () => {
  it.each<[string, Target[]]>([
    ["", []],
    [" user;b=2; a=x ,\tnotifications ", ["notifications", user({ a: "x", b: "2" })]],
    ['user;a="5"', [user({ a: "5" })]],
    ['user;a="%61%2b%C3%a9"', [user({ a: "a+é" })]],
    ["user;a=b%63", [user({ a: "bc" })]],
    ["user;a=5, user", ["user"]],
    ["*, user", ["*"]],
    ["a.b/c.d;e=-1", [{ context: "a.b", function: "c.d", params: { e: "-1" } }]],
  ])("reads %j", (field, targets) => {
    expect(parseHeader(field)).toEqual(targets);
    expect(parseHeader(new TextEncoder().encode(field))).toEqual(targets);
  });

  it.each([
    ["a, 1,", "header.syntax"],
    ["1", "header.item_type"],
    ['"a"', "header.item_type"],
    ["(a)", "header.item_type"],
    ["a/b/c", "header.two_functions"],
    ["A//", "header.two_functions"],
    ["A", "header.name"],
    ["a/", "header.name"],
    ["*/f", "header.name"],
    ["a/*", "header.name"],
    ["a".repeat(65), "header.name"],
    ["a;b-c=1", "header.name"],
    ["a;b=1;b=2", "header.duplicate_parameter"],
    ["a;b;b=1", "header.bare_parameter"],
    ["a;b=?1", "header.value_type"],
    ["a;b=1.0", "header.value_type"],
    ["a;b=@1", "header.value_type"],
    ["a;b=:YQ==:", "header.value_type"],
    ["a;b=007", "header.integer_form"],
    ["a;b=-0", "header.integer_form"],
    ['a;b="x y"', "header.unencoded"],
    ['a;b="\\""', "header.unencoded"],
    ["a;b=x/y", "header.unencoded"],
    ["a;b=*", "header.unencoded"],
    ['a;b="%4"', "header.percent"],
    ["a;b=x%ff", "header.utf8"],
    ["*;a=1", "header.star"],
    ["*;a=007", "header.integer_form"],
    ["a;b=?1, (", "header.syntax"],
    ["a;b=?1, 1", "header.value_type"],
  ])("refuses %j with %s", (field, code) => {
    expect(codeOf(() => parseHeader(field))).toBe(code);
  });

  it("reads what was written, and writing that changes nothing", () => {
    fc.assert(
      fc.property(fc.array(target, { maxLength: 8 }), (targets) => {
        const field = formatHeader(targets, 100_000);
        const read = parseHeader(field);
        expect(formatHeader(read, 100_000)).toBe(field);
        expect(canonicalSet([...read, ...targets])).toEqual(read);
      }),
    );
  });

  it("takes anything, and writes canonically what it takes", () => {
    const near = textOf("a", "b", "/", ";", "=", "1", "-", "0", '"', "%41", "%e9", ",", " ", "*");
    fc.assert(
      fc.property(fc.oneof(anyText, anyBytes, near), (field) => {
        const code = codeOf(() => parseHeader(field));
        if (code !== null) {
          expect(code).toMatch(/^header\./);
          return;
        }
        const written = formatHeader(parseHeader(field), 100_000);
        expect(formatHeader(parseHeader(written), 100_000)).toBe(written);
      }),
      { numRuns: 1000 },
    );
  });

  it.each(["a;b=1,", "a;b=1;", "a,", "(a) ,", 'a;b="%C3%A9",'])(
    "does not compare all pairs in 64 KiB of %j",
    (piece) => {
      const numbered = Array.from({ length: 65_000 / (piece.length + 4) }, (_, at) =>
        piece.replace("b", `b${at}`),
      ).join("");
      codeOf(() => parseHeader(numbered.slice(0, -1)));
      expect(numbered.length).toBeLessThan(65_536);
    },
  );
});

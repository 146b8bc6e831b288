import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Target } from "../src/index.js";
import {
  canonicalSet,
  covers,
  matches,
  readInstance,
  readTarget,
  reduce,
  serialise,
  serialiseValue,
  writeTarget,
} from "../src/targets.js";
import { instance, json, target } from "./arbitraries.js";
import { codeOf } from "./expect.js";

const scoped = (params: Record<string, string | number>, context = "user"): Target => ({
  context,
  params,
});

describe("readTarget", () => {
  it.each([
    [1],
    [null],
    [[]],
    [""],
    ["User"],
    ["a/b"],
    [{}],
    [{ context: "*" }],
    [{ context: 1 }],
    [{ context: "a", function: "" }],
    [{ context: "a", params: null }],
    [{ context: "a", params: [] }],
    [{ context: "a", params: { B: 1 } }],
    [{ context: "a", params: { b: null } }],
    [{ context: "a", params: { b: {} } }],
    [{ context: "a", params: { b: [[1]] } }],
    [{ context: "a", params: { b: [null] } }],
    [JSON.parse('{"context": "a", "params": {"__proto__": 1}}')],
  ])("refuses %o", (value) => {
    expect(codeOf(() => readTarget(value))).toBe("document.invalid");
  });

  it("ignores members that it does not know", () => {
    expect(writeTarget(readTarget({ context: "a", other: 1, params: {} }))).toBe("a");
  });

  it("takes any JSON value or refuses it", () => {
    fc.assert(
      fc.property(json, (value) => {
        expect(["document.invalid", null]).toContain(codeOf(() => readTarget(value)));
        expect(["document.invalid", null]).toContain(codeOf(() => readInstance(value)));
      }),
    );
  });

  it("refuses values without canonical string", () => {
    expect(codeOf(() => readTarget(scoped({ id: "\ud800" })))).toBe("json.surrogate");
    expect(codeOf(() => readTarget(scoped({ id: NaN })))).toBe("json.nan");
  });
});

describe("serialise", () => {
  it.each([
    ["0", "0"],
    ["-5", "-5"],
    ["999999999999999", "999999999999999"],
    ["1000000000000000", '"1000000000000000"'],
    ["-0", '"-0"'],
    ["007", '"007"'],
    ["1.5", '"1.5"'],
    ["", '""'],
    ["abc", "abc"],
    ["a b/c", "a%20b%2Fc"],
    ["é", '"%C3%A9"'],
    ["_a", '"_a"'],
    ["*", '"%2A"'],
  ])("writes %j as %s", (text, written) => {
    expect(serialiseValue(text)).toBe(written);
  });

  it("sorts parameters by name", () => {
    const parts = readTarget({ context: "user", function: "f", params: { b: 1, a: [true] } });
    expect(serialise(parts)).toBe('user/f;a="%5Btrue%5D";b=1');
  });
});

describe("canonicalSet", () => {
  it.each<[Target[], Target[]]>([
    [[], []],
    [
      ["b", "a", "b"],
      ["a", "b"],
    ],
    [["a", "*", scoped({ id: 1 })], ["*"]],
    [[scoped({ id: 1 }), "user"], ["user"]],
    [[scoped({ id: 1 }), scoped({ id: "1" })], [scoped({ id: 1 })]],
    [[scoped({ id: 1, page: 2 }), scoped({ id: 1 })], [scoped({ id: 1 })]],
    [
      [scoped({ id: 1, page: 2 }), scoped({ id: 2 })],
      [scoped({ id: 1, page: 2 }), scoped({ id: 2 })],
    ],
    [
      [{ context: "user", function: "f", params: { id: 1 } }, scoped({ id: 1 })],
      [scoped({ id: 1 })],
    ],
    [
      [{ context: "user", function: "f" }, scoped({ id: 1 })],
      [{ context: "user", function: "f" }, scoped({ id: 1 })],
    ],
    [[{ context: "user", params: {} }], ["user"]],
  ])("of %j is %j", (targets, set) => {
    expect(canonicalSet(targets)).toEqual(set);
  });

  it("has all that is covered by none, and nothing else", () => {
    fc.assert(
      fc.property(fc.array(target, { maxLength: 12 }), (targets) => {
        const set = canonicalSet(targets);
        const text = (each: Target): string => serialise(readTarget(each));
        const texts = set.map(text);
        expect(texts).toEqual([...texts].sort());
        expect(canonicalSet(set)).toEqual(set);
        for (const each of targets) {
          const isCovered = targets.some((other) => covers(other, each) && !covers(each, other));
          expect(texts.includes(text(each))).toBe(!isCovered);
        }
      }),
    );
  });

  it("does not compare all pairs of hostile sets", () => {
    const grid = Array.from({ length: 6400 }, (_, at) =>
      readTarget(scoped({ a: at % 80, b: Math.trunc(at / 80) })),
    );
    expect(reduce(grid)).toHaveLength(6400);
  });
});

describe("covers and matches", () => {
  it("follows the rules of coverage", () => {
    expect(covers("*", "a")).toBe(true);
    expect(covers("a", "*")).toBe(false);
    expect(covers("a", "b")).toBe(false);
    expect(covers(scoped({ id: 1 }), scoped({ id: "1", page: 1 }))).toBe(true);
  });

  it.each<[Target, boolean]>([
    ["*", true],
    ["user", true],
    ["cart", false],
    [scoped({ id: "5" }), true],
    [scoped({ id: 6 }), false],
    [scoped({ other: 6 }), true],
    [{ context: "user", function: "f", params: { id: 5 } }, true],
  ])("%j matches user;id=5: %o", (each, is) => {
    expect(matches(each, { context: "user", params: { id: 5 } })).toBe(is);
  });

  it("lets what covers a matching target match", () => {
    fc.assert(
      fc.property(target, target, instance, (broad, narrow, each) => {
        fc.pre(covers(broad, narrow) && matches(narrow, each));
        expect(matches(broad, each)).toBe(true);
      }),
    );
  });
});

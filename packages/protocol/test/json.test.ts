import { runInNewContext } from "node:vm";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { compareText, hasLoneSurrogate, isPlainObject, member } from "../src/json.js";
import { anyText, text } from "./arbitraries.js";

describe("hasLoneSurrogate", () => {
  it.each(["\ud800", "a\udc00b", "\udc00\ud800", "\ud83d\ude00\ud83d"])(
    "finds it in %j",
    (lone) => {
      expect(hasLoneSurrogate(lone)).toBe(true);
    },
  );

  it("agrees with what UTF-8 can carry", () => {
    fc.assert(
      fc.property(fc.oneof(anyText, text), (drawn) => {
        const carried = new TextDecoder("utf-8", { ignoreBOM: true }).decode(
          new TextEncoder().encode(drawn),
        );
        expect(hasLoneSurrogate(drawn)).toBe(carried !== drawn);
      }),
    );
  });
});

describe("isPlainObject", () => {
  it.each([{}, Object.create(null), JSON.parse('{"__proto__": 1}'), runInNewContext("({})")])(
    "takes %o",
    (value) => {
      expect(isPlainObject(value)).toBe(true);
    },
  );

  it.each([null, undefined, 1, "a", [], new Map(), new Date(0), new Error("a"), () => 1])(
    "does not take %o",
    (value) => {
      expect(isPlainObject(value)).toBe(false);
    },
  );
});

describe("member", () => {
  it("gives own members only", () => {
    expect(member({ a: 1 }, "a")).toBe(1);
    expect(member({}, "constructor")).toBeUndefined();
    expect(member(JSON.parse('{"__proto__": 5}') as Record<string, number>, "__proto__")).toBe(5);
  });
});

describe("compareText", () => {
  it("orders by code units", () => {
    expect(compareText("a", "b")).toBe(-1);
    expect(compareText("b", "a")).toBe(1);
    expect(compareText("a", "a")).toBe(0);
    expect(compareText("\ud83d\ude00", "\ufb33")).toBe(-1);
  });
});

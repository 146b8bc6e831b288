import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { instanceGuards, tag, targetGuard } from "../src/guards.js";
import { matches } from "../src/targets.js";
import { instance, paramName, target } from "./arbitraries.js";
import { codeOf } from "./expect.js";

describe("instanceGuards", () => {
  it("has every subset of the scope parameters, by size, then by names", () => {
    const guards = instanceGuards(
      { context: "user", params: { a1: 1, a: "x", b: true, c: 2 } },
      ["b", "a1", "a", "other"].slice(0, 3),
    );
    expect(guards.map(({ params }) => Object.entries(params).flat().join(" "))).toEqual([
      "",
      "a x",
      "a1 1",
      "b true",
      "a x a1 1",
      "a x b true",
      "a1 1 b true",
      "a x a1 1 b true",
    ]);
  });

  it("leaves out what the instance lacks", () => {
    expect(instanceGuards({ context: "user", params: { page: 1 } }, ["id"])).toEqual([
      { context: "user", params: {} },
    ]);
  });

  it("refuses more than three scope parameters", () => {
    const guards = (names: string[]) => () => instanceGuards({ context: "a", params: {} }, names);
    expect(codeOf(guards(["a", "b", "c", "d"]))).toBe("declaration.scope");
    expect(codeOf(guards(["a", "b", "c", "a"]))).toBeNull();
  });
});

describe("targetGuard", () => {
  it("leaves out what does not scope", () => {
    const scoped = { context: "user", function: "f", params: { id: 5, page: 1 } };
    expect(targetGuard(scoped, ["id"])).toEqual({ context: "user", params: { id: "5" } });
    expect(targetGuard("user", ["id"])).toEqual({ context: "user", params: {} });
    expect(codeOf(() => targetGuard("*", []))).toBe("document.invalid");
  });

  it("is a guard of every instance that the target matches and that has its scope", () => {
    fc.assert(
      fc.property(
        target,
        instance,
        fc.uniqueArray(paramName, { maxLength: 3 }),
        (each, held, names) => {
          fc.pre(each !== "*" && matches(each, held));
          const guard = targetGuard(each, names);
          fc.pre(Object.keys(guard.params).every((name) => Object.hasOwn(held.params, name)));
          expect(instanceGuards(held, names)).toContainEqual(guard);
        },
      ),
    );
  });
});

describe("tag", () => {
  it("is the name of a context where that is short, else a digest", async () => {
    expect(await tag({ context: "a".repeat(32), params: {} })).toBe("a".repeat(32));
    expect(await tag({ context: "a".repeat(33), params: {} })).toMatch(/^h-[a-z2-7]{26}$/);
    expect(await tag({ context: "user", params: { id: "5" } })).toBe(
      "h-tlmy7qffnrlzkxrzyac7gatmbj",
    );
  });
});

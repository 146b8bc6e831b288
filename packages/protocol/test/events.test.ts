import { describe, expect, it } from "vitest";
import fc from "fast-check";
import { canonicalSet, matches, visible, type Held, type Target } from "../src/index.js";
import { codeOf } from "./expect.js";

const mine: Held = { context: "orders", params: { page: "2" }, bound: { user_id: 5 } };

function target(params: Record<string, number | string>): Target {
  return { context: "orders", params };
}

describe("what a subscriber may know", () => {
  it("has the values that he named, and no bound ones", () => {
    expect(visible([target({ page: 2, user_id: 5 })], [mine])).toEqual([target({ page: 2 })]);
    expect(visible([target({ user_id: "5" })], [mine])).toEqual(["orders"]);
    expect(visible([target({ page: 2, user_id: 6 })], [mine])).toEqual([]);
    // Where nothing is bound, a parameter that he does not name matches every value.
    const { context, params } = mine;
    expect(visible([target({ user_id: 6 })], [{ context, params }])).toEqual(["orders"]);
  });

  it("is nothing of what he does not hold, and * for everything", () => {
    expect(visible(["news"], [mine])).toEqual([]);
    expect(visible([], [mine])).toEqual([]);
    expect(visible(["news", "*"], [])).toEqual(["*"]);
  });

  it("refuses a parameter that is named and bound, and what is no instance", () => {
    const both = { context: "orders", params: { page: 2 }, bound: { page: 2 } };
    expect(codeOf(() => visible(["orders"], [both]))).toBe("document.invalid");
    const bad = { context: "orders", params: {}, bound: [] } as unknown as Held;
    expect(codeOf(() => visible(["orders"], [bad]))).toBe("document.invalid");
  });

  const params = fc.dictionary(fc.constantFrom("a", "b", "c"), fc.constantFrom(1, "1", 2, "x"));
  const context = fc.constantFrom("orders", "news");
  const held = fc.record({ context, params, bound: params }).map((each) => ({
    ...each,
    bound: Object.fromEntries(
      Object.entries(each.bound).filter(([name]) => !Object.hasOwn(each.params, name)),
    ),
  }));
  const targets = fc.array(fc.record({ context, params }));

  it("never names another value, and never misses a match", () => {
    fc.assert(
      fc.property(targets, fc.array(held), (stale, holds) => {
        const told = visible(stale, holds);
        expect(told).toEqual(canonicalSet(told));
        const named = new Set(
          holds.flatMap(({ context, params }) =>
            Object.entries(params).map((pair) => `${context};${pair.join("=")}`),
          ),
        );
        for (const each of told) {
          if (typeof each === "string") continue;
          for (const pair of Object.entries(each.params ?? {})) {
            expect(named).toContain(`${each.context};${pair.join("=")}`);
          }
        }
        for (const { context, params, bound } of holds) {
          const whole = { context, params: { ...params, ...bound } };
          const isStale = stale.some((each) => matches(each, whole));
          expect(!isStale || told.some((each) => matches(each, whole))).toBe(true);
        }
      }),
    );
  });
});

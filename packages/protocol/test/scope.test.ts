import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readDeclarations } from "../src/declarations.js";
import type { Target } from "../src/index.js";
import { mutationTargets, type Values } from "../src/scope.js";
import { covers } from "../src/targets.js";
import { json } from "./arbitraries.js";
import { codeOf } from "./expect.js";
import { SHOP } from "./shop.js";

const CATALOG = readDeclarations(SHOP);
const targets = (name: string, args: Values, bound: Values = {}, added?: Target[]): Target[] =>
  mutationTargets(CATALOG, name, args, bound, added);

describe("mutationTargets", () => {
  it.each<[string, Values, Values, Target[]]>([
    ["rename", { user_id: "5" }, {}, [{ context: "user", params: { user_id: 5 } }]],
    ["rename", { user_id: "five" }, {}, ["user"]],
    ["rename", { user_id: null }, { user_id: 5 }, ["user"]],
    ["rename", {}, {}, ["user"]],
    ["buy", { user_id: 5, owner: 7 }, {}, ["cart", "user"]],
    ["buy", {}, { owner: "7" }, [{ context: "cart", params: { owner: 7 } }, "user"]],
    ["buy", {}, { owner: "x" }, ["cart", "user"]],
    [
      "merge",
      { user_id: 5 },
      { owner: 7 },
      [
        { context: "cart", params: { owner: 7 } },
        { context: "user", params: { user_id: 5 } },
      ],
    ],
    ["ping", { text: "x" }, {}, []],
  ])("of %s with %j, bound %j", (name, args, bound, expected) => {
    expect(targets(name, args, bound)).toEqual(expected);
  });

  it("prefers an argument to what the request gives", () => {
    const functions = [
      ...SHOP.functions,
      {
        name: "move",
        affects: [{ context: "cart", function: "cart_items" }],
        arguments: ["owner"],
      },
    ];
    const catalog = readDeclarations({ ...SHOP, functions });
    const move = (args: Values): Target[] => mutationTargets(catalog, "move", args, { owner: 7 });
    const items = { context: "cart", function: "cart_items" };
    expect(move({ owner: 8 })).toEqual([{ ...items, params: { owner: 8 } }]);
    expect(move({ owner: null })).toEqual([{ ...items, params: { owner: 7 } }]);
    expect(move({ owner: "x" })).toEqual([items]);
  });

  it("joins what was added, into one set", () => {
    expect(targets("rename", { user_id: 5 }, {}, ["user", "cart"])).toEqual(["cart", "user"]);
    expect(codeOf(() => targets("rename", {}, {}, ["A"]))).toBe("document.invalid");
  });

  it("refuses a function that is not declared", () => {
    expect(codeOf(() => targets("constructor", {}))).toBe("declaration.unknown_target");
  });

  it("takes any values, and is never narrower than what they say", () => {
    fc.assert(
      fc.property(json, json, (user_id, owner) => {
        const set = targets("merge", { user_id }, { owner });
        expect(set).toHaveLength(2);
        for (const context of ["cart", "user"]) {
          expect(set.some((each) => covers(context, each))).toBe(true);
        }
      }),
    );
  });
});

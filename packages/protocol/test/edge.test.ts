import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readDeclarations } from "../src/declarations.js";
import { resolve } from "../src/edge.js";
import { instanceGuards, tag } from "../src/guards.js";
import { formatHeader } from "../src/header.js";
import type { Target } from "../src/index.js";
import { buildManifest } from "../src/manifest.js";
import { matches } from "../src/targets.js";
import { anyText, target } from "./arbitraries.js";
import { SHOP } from "./shop.js";

const MANIFEST = buildManifest(readDeclarations(SHOP));
const USER_5 = await tag({ context: "user", params: { user_id: "5" } });

describe("resolve", () => {
  it.each<[string, Target[], object]>([
    ["nothing", [], { tags: [], urls: [], patterns: [] }],
    [
      "a whole context",
      ["user"],
      {
        tags: ["user"],
        urls: [],
        patterns: ["/all/*/x", "/m/ctx/user/*", "/u/*", "/users/*/"],
      },
    ],
    [
      "a scope",
      [{ context: "user", function: "user_orders", params: { user_id: 5 } }],
      {
        tags: [USER_5],
        urls: ["/u/5", "/users/5/"],
        patterns: ["/all/*/x", "/m/ctx/user/?*user_id=5"],
      },
    ],
    [
      "neighbouring pairs and stars",
      [{ context: "user", params: { page: "a/b", other: 1 } }],
      {
        tags: ["user"],
        urls: ["/all/a%2Fb/x"],
        patterns: ["/m/ctx/user/?page=a%2Fb*", "/u/*", "/users/*/"],
      },
    ],
    [
      "every parameter",
      [{ context: "user", params: { page: 1, q: "", user_id: 5 } }],
      {
        tags: [USER_5],
        urls: ["/all/1/x", "/m/ctx/user/?page=1&q=&user_id=5", "/u/5", "/users/5/"],
        patterns: [],
      },
    ],
    [
      "a context without parameters",
      ["cart"],
      { tags: ["cart"], urls: ["/m/ctx/cart/"], patterns: [] },
    ],
    [
      "an unknown context",
      [{ context: "constructor", params: { a: 1 } }],
      { tags: ["constructor"], urls: [], patterns: ["/m/ctx/constructor/*"] },
    ],
    [
      "everything",
      ["*", "other"],
      {
        tags: ["cart", "user"],
        urls: ["/m/ctx/cart/"],
        patterns: ["/all/*/x", "/m/ctx/user/*", "/u/*", "/users/*/"],
      },
    ],
  ])("%s", async (_, targets, resolution) => {
    expect(await resolve(MANIFEST, targets)).toEqual(resolution);
    expect(await resolve(MANIFEST, formatHeader(targets))).toEqual(resolution);
  });

  it("takes colons that are no parameters as they are", async () => {
    const contexts = [{ name: "a", page_routes: ["/:A/x:id/:id"] }];
    const manifest = buildManifest(readDeclarations({ ...SHOP, contexts, functions: [] }));
    expect((await resolve(manifest, ["a"])).patterns).toEqual(["/:A/x:id/*"]);
  });

  it("takes a field that it cannot read as everything", async () => {
    const everything = await resolve(MANIFEST, ["*"]);
    expect(await resolve(MANIFEST, "user;")).toEqual(everything);
    expect(await resolve(MANIFEST, Uint8Array.of(0xff))).toEqual(everything);
    await fc.assert(
      fc.asyncProperty(anyText, async (field) => {
        expect((await resolve(MANIFEST, field)).tags).toBeInstanceOf(Array);
      }),
    );
  });

  it("has a tag of every instance that a target matches", async () => {
    await fc.assert(
      fc.asyncProperty(target, fc.integer({ min: -3, max: 3 }), async (each, id) => {
        const instance = { context: "user", params: { user_id: id, page: 1 } };
        fc.pre(matches(each, instance));
        const tags = await Promise.all(instanceGuards(instance, ["user_id"]).map(tag));
        const purged = await resolve(MANIFEST, [each]);
        expect(tags.some((name) => purged.tags.includes(name))).toBe(true);
      }),
    );
  });
});

import { describe, expect, it } from "vitest";
import { canonicalJson } from "../src/canonical.js";
import { readDeclarations } from "../src/declarations.js";
import { buildManifest } from "../src/manifest.js";
import { SHOP } from "./shop.js";

const integer = { type: "integer" };

describe("buildManifest", () => {
  it("describes contexts and mutations", () => {
    expect(buildManifest(readDeclarations(SHOP))).toEqual({
      mizan: "1.0",
      base_url: "/m/",
      contexts: {
        user: {
          endpoint: "/m/ctx/user/",
          functions: [
            { name: "user_orders", path: "rpc", rev: 0 },
            { name: "user_page", path: "view", rev: 0 },
            { name: "user_profile", path: "rpc", rev: 2 },
          ],
          parameters: [
            { name: "page", type: integer, required: false, nullable: false, default: 1 },
            { name: "q", type: { type: "string" }, required: false, nullable: true, default: null },
            { name: "user_id", type: integer, required: true, nullable: false },
          ],
          bound_params: [],
          scope_params: ["user_id"],
          views: ["/users/:user_id/"],
          page_routes: ["/all/:page/x", "/u/:user_id"],
          render_strategy: "psr",
          user_scoped: false,
          rev: 2,
          cache: 60,
        },
        cart: {
          endpoint: "/m/ctx/cart/",
          functions: [{ name: "cart_items", path: "rpc", rev: 0 }],
          parameters: [],
          bound_params: [{ name: "owner", type: integer }],
          scope_params: ["owner"],
          views: [],
          page_routes: [],
          render_strategy: "dynamic_cached",
          user_scoped: true,
          rev: 0,
          cache: true,
        },
      },
      mutations: {
        rename: {
          affects: [{ context: "user" }],
          auto_scoped_params: { user: ["user_id"] },
          private: false,
          methods: ["POST"],
        },
        buy: {
          affects: [
            { context: "cart" },
            { context: "user", by: [] },
            { context: "user", function: "user_orders" },
          ],
          auto_scoped_params: { cart: ["owner"] },
          private: false,
          methods: ["POST", "PUT"],
          route: "/buy/",
        },
        merge: {
          affects: [
            { context: "cart", by: ["owner"] },
            { context: "user", by: ["user_id"] },
          ],
          auto_scoped_params: { cart: ["owner"], user: ["user_id"] },
          private: true,
          methods: ["POST"],
        },
      },
    });
  });

  it("does not depend on the order of the declarations", () => {
    const reversed = {
      ...SHOP,
      contexts: [...SHOP.contexts].reverse(),
      functions: [...SHOP.functions].reverse(),
    };
    const text = (declarations: typeof SHOP): string =>
      canonicalJson(buildManifest(readDeclarations(declarations)));
    expect(text(reversed)).toBe(text(SHOP));
  });

  it("sorts bound parameters", () => {
    const bind = ["b", "a"].map((name) => ({ name, type: { type: "integer" as const } }));
    const contexts = [{ name: "cart", bind }];
    const manifest = buildManifest(readDeclarations({ ...SHOP, contexts, functions: [] }));
    expect(manifest.contexts["cart"]?.bound_params.map(({ name }) => name)).toEqual(["a", "b"]);
  });
});

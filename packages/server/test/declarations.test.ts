import { canonicalJson } from "@mizan/protocol";
import { describe, expect, expectTypeOf, it } from "vitest";
import {
  App,
  appError,
  client,
  Context,
  type AppOptions,
  type ClientFunction,
  type ClientOptions,
  type DataOptions,
} from "../src/index.js";
import { args, integer, serve, shop, SoldOut, text, TOKENS, validator } from "./shop.js";

const user = new Context("user");

function reader(options: Partial<ClientOptions> = {}) {
  return client({ name: "reader", context: user, ...options } as DataOptions, () => null);
}

function faultOf(functions: AppOptions["functions"], options: Partial<AppOptions> = {}): string {
  try {
    serve({ functions, ...options });
  } catch (error) {
    return (error as { code: string }).code;
  }
  return "";
}

describe("a fault", () => {
  const named = (options: Partial<ClientOptions>) =>
    client({ name: "one", ...options } as DataOptions, () => null);

  it.each<[string, AppOptions["functions"], Partial<AppOptions>?]>([
    ["name", [named({ name: "Bad" })]],
    ["duplicate", [named({}), named({})]],
    ["duplicate", [reader(), reader({ name: "two", context: new Context("user") })]],
    ["both", [reader({ affects: "user" })]],
    ["both", [reader({ private: true })]],
    ["unknown_target", [named({ affects: "nobody" })]],
    ["unknown_target", [named({ affects: named({ name: "two" }) })]],
    ["route", [named({ methods: ["GET"] })]],
    ["route", [named({ route: "/a/", methods: [] })]],
    ["route", [named({ route: "/a/", methods: ["BREW" as never] })]],
    ["route", [named({ route: "a b" })]],
    ["option", [named({ rev: -1 })]],
    ["option", [named({ cache: 1.5 })]],
    ["option", [reader({ atomic: true })]],
    ["hint", [reader({ input: args({ a: { type: "object" } }) })]],
    ["hint", [reader({ input: args({ a: { type: "array", items: { type: "array" } } }) })]],
    ["hint", [reader({ input: args({ a: { anyOf: [integer, text] } }) })]],
    ["default", [reader({ input: args({ a: integer }, []) })]],
    ["ambiguous", [reader({ input: args({ a: { enum: ["1", 1] } }) })]],
    ["schema", [reader({ input: args({ a: { $ref: "#/$defs/A" } }) })]],
    ["schema", [reader({ input: { $ref: "other.json" } })]],
    [
      "schema",
      [reader({ input: { $ref: "#/$defs/A" } })],
      { definitions: { A: { $ref: "#/$defs/A" } } },
    ],
    ["base_url", [reader()], { baseUrl: "mizan" }],
    ["by", [reader(), named({ affects: user.by("nothing") })]],
    ["scope", [reader({ context: new Context("c", { scopeBy: ["x"] }) })]],
    ["route", [reader({ context: new Context("c", { pageRoutes: ["x y"] }) })]],
    ["user_scoped", [reader({ userScoped: false, loginRequired: true })]],
  ])("is declaration.%s", (code, functions, options) => {
    expect(faultOf(functions, options)).toBe(`declaration.${code}`);
  });

  it("is a key that is too short, or a schema that is none", () => {
    const tokens = { ...TOKENS, pkeySecret: "short" };
    expect(faultOf([named({ loginRequired: true })], { tokens })).toBe("");
    const keys = [{ ...TOKENS.keys[0], k: "c2hvcnQ" }] as never;
    expect(faultOf([named({})], { tokens: { ...TOKENS, keys } })).toBe("key.secret");
    expect(() => serve({ functions: [named({ input: { type: 5 } })] })).toThrow();
    expect(() => serve({ functions: [named({ output: { default: NaN } })] })).toThrow("NaN");
  });

  it("is an error's code or status", () => {
    expect(() => appError({ code: "app.Bad" })).toThrow("such as app.sold_out");
    expect(() => appError({ code: "app.bad", status: 200 })).toThrow("not 400 to 599");
  });
});

describe("schemas", () => {
  it("say the types of parameters", () => {
    const properties = {
      a: integer,
      b: { type: ["string", "null"], default: null },
      c: { anyOf: [{ type: "string", format: "uuid" }, { type: "null" }], default: null },
      d: { type: "string", format: "date", default: "2024-01-01" },
      e: { type: "string", format: "date-time", default: "2024-01-01T00:00:00Z" },
      f: { $ref: "#/$defs/Kind", default: "x" },
      g: { type: "array", items: { type: "boolean" }, default: [] },
      h: { type: "number", default: 1.5 },
      i: { const: 7, default: 7 },
      j: { anyOf: [{ type: "number" }, text], default: "0" },
      k: { type: "string", format: "email", default: "" },
    };
    const { app } = serve({
      functions: [reader({ input: args(properties, ["a"]), types: { j: { type: "decimal" } } })],
      definitions: { Kind: { enum: ["x", "y"] }, Unused: text },
    });
    const { parameters = [] } = app.clientSchema.contexts["user"] ?? {};
    expect(parameters.map(({ type, nullable }) => [type.type, nullable])).toEqual([
      ["integer", false],
      ["string", true],
      ["uuid", true],
      ["date", false],
      ["datetime", false],
      ["choice", false],
      ["list", false],
      ["number", false],
      ["choice", false],
      ["decimal", false],
      ["string", false],
    ]);
    expect(Object.keys(app.clientSchema.$defs ?? {})).toEqual(["Kind"]);
  });

  it("that refer to each other are gathered, and make digests of their own", async () => {
    const definitions = {
      Tree: { type: "array", items: { $ref: "#/$defs/Tree" } },
      Other: text,
    };
    const of = (others: object): App =>
      serve({
        functions: [reader({ output: { $ref: "#/$defs/Tree" } })],
        definitions: { ...definitions, ...others },
      }).app;
    const [one, two] = [of({}), of({ Other: integer })];
    expect(await one.catalog.contextDigest("user")).toBe(await two.catalog.contextDigest("user"));
    const three = of({ Tree: { type: "array" } });
    expect(await one.catalog.digest).not.toBe(await three.catalog.digest);
    expect(await one.catalog.contextDigest("nobody")).toMatch(/^[0-9a-f]{64}$/);
  });
});

describe("documents", () => {
  it("tell nothing of what is private", () => {
    const { app } = shop();
    expect(App.text(app.clientSchema)).not.toContain("secret");
    expect(Object.keys(app.clientSchema.functions)).not.toContain("secret");
    expect(App.text(app.manifest)).toBe(canonicalJson(app.manifest));
    expect(app.clientSchema.functions["take"]?.errors).toEqual({
      "app.sold_out": {
        status: 409,
        schema: SoldOut.schema,
        description: "There is less than that.",
      },
    });
  });

  it("say who differs, where pages are, and what is deprecated", () => {
    const mine = new Context("mine", { userScoped: false, pageRoutes: ["/mine/"] });
    const functions = [
      client({ name: "a", context: mine, userScoped: true, deprecated: "Use b." }, () => null),
      client({ name: "b", context: "named", userScoped: false }, () => null),
      client({ name: "c", affects: ["named", "b", mine.by()] }, () => null),
      client({ name: "d", affects: "named", methods: ["PUT", "POST"], route: "/d" }, () => {
        return new Response();
      }),
    ];
    const { app } = serve({ functions, baseUrl: "https://api.example/v1/" });
    expect(app.manifest.contexts["mine"]).toMatchObject({
      endpoint: "https://api.example/v1/ctx/mine/",
      user_scoped: true,
      page_routes: ["/mine/"],
    });
    expect(app.clientSchema.functions["a"]?.deprecated).toBe("Use b.");
    expect(app.clientSchema.functions["c"]?.affects).toEqual([
      { context: "named" },
      { context: "named", function: "b" },
      { context: "mine", by: [] },
    ]);
    expect(app.manifest.mutations["d"]?.methods).toEqual(["POST", "PUT"]);
  });

  it("hang at the path of an absolute URL", async () => {
    const { get } = shop({ baseUrl: "https://api.example/v1/" });
    const response = await get("/v1/ctx/stock/?");
    expect(response.status).toBe(200);
  });
});

it("has the types of the handler", () => {
  const one = client({ name: "one" }, ({ a }: { a: number }) => `${a}`);
  expectTypeOf(one).toEqualTypeOf<ClientFunction<{ a: number }, string>>();
  const { app } = serve({ functions: [one], validator } as never);
  expectTypeOf(() => app.run(one, { a: 1 })).returns.toEqualTypeOf<Promise<string>>();
  // @ts-expect-error -- another argument
  expectTypeOf(() => app.run(one, { b: 1 })).toEqualTypeOf<() => Promise<string>>();
  // @ts-expect-error -- a view returns a Response
  client({ name: "view", route: "/view/" }, () => 5);
  // @ts-expect-error -- a code of an application begins with app.
  expect(() => appError({ code: "sold_out" })).toThrow();
  // @ts-expect-error -- the data that its class has
  expect(new SoldOut("", { left: "x" }).data).toEqual({ left: "x" });
});

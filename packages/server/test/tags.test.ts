import { instanceGuards, parseTags, tag, TAG_FIELDS } from "@mizan/protocol";
import { describe, expect, it } from "vitest";
import { client, Context, createApp, invalidate } from "../src/index.js";
import { args, integer, serve, shop, text, user, validator } from "./shop.js";

const USER = "/mizan/ctx/user/?user_id=5";
const PURGE = "Cache-Group-Invalidation";
const FIVE = { context: "user", params: { user_id: 5 } };

/** The tags of an instance of `user`. */
const tagsOfFive = await Promise.all(instanceGuards(FIVE, ["user_id"]).map(tag));

const show = client(
  { name: "show", context: user, route: "/users/:user_id/", input: args({ user_id: integer }) },
  (_, call) => {
    if (call.request.url.endsWith("?cookie")) call.headers.append("Set-Cookie", "a=1");
    const caching = call.request.url.endsWith("?no-store") ? "no-store" : "public, max-age=9";
    return new Response("page", { headers: { "Cache-Control": caching } });
  },
);
const rename = client(
  {
    name: "rename",
    affects: user,
    route: "/rename/:user_id/",
    methods: ["POST"],
    input: args({ user_id: integer }),
  },
  () => new Response("done"),
);
const wide = client(
  { name: "wide", affects: user, input: args({ name: text }), atomic: false },
  ({ name }: { name: string }) => {
    for (let id = 0; id < 40; id += 1) invalidate(user, { user_id: id });
    if (name === "fail") throw new Error("It failed.");
    if (name === "all") invalidate("*");
  },
);
const functions = [...Object.values(shop().functions), show, rename, wide];

describe("with an edge", () => {
  it("reads list their tags for each network", async () => {
    const { get } = shop({ edge: { tags: ["fastly", "akamai"] } });
    const { headers } = await get(USER);
    expect(parseTags(headers.get("Cache-Groups") ?? "")).toEqual(tagsOfFive);
    expect(headers.get("Surrogate-Key")).toBe(tagsOfFive.join(" "));
    expect(headers.get("Edge-Cache-Tag")).toBe(tagsOfFive.join(","));
    expect(headers.has("Cache-Tag")).toBe(false);
  });

  it("a reading view lists the tags of what it shows", async () => {
    const { get } = serve({ functions, edge: { tags: ["varnish"] } });
    const { headers } = await get("/users/5/");
    expect(parseTags(headers.get("Cache-Groups") ?? "")).toEqual(tagsOfFive);
    expect(headers.get("xkey")).toBe(tagsOfFive.join(" "));
    expect(headers.get("Cache-Control")).toBe("public, max-age=9");
  });

  it.each(["cookie", "no-store"])("what nobody stores has no tags: %s", async (query) => {
    const { get } = serve({ functions, edge: { tags: ["varnish"] } });
    const { headers } = await get(`/users/5/?${query}`);
    expect(headers.get("Cache-Control")).toContain("no-store");
    expect(TAG_FIELDS.filter((name) => headers.has(name))).toEqual([]);
  });

  const most = Array.from({ length: 32 }, (_, number) => `"a-${number}"`).join(", ");
  const kept = "public, s-maxage=9";
  const seen = ["article-1", ...tagsOfFive].join(" ");
  it.each([
    ['"article-1"', kept, [kept, seen, seen]],
    ["article-1", kept, ["public, no-cache", "", null]],
    ["article-1", "private, max-age=9", ["private, max-age=9", "", null]],
    ["article-1", "", ["private, no-store", "", null]],
    [most, kept, ["public, no-cache", "", null]],
  ])("a reading view keeps its own: %s, %s", async (own, caching, expected) => {
    const view = client(
      { name: "view", context: user, route: "/v/:user_id/", input: args({ user_id: integer }) },
      () => {
        const headers = new Headers({ "Cache-Groups": own, xkey: "x" });
        if (caching !== "") headers.set("Cache-Control", caching);
        return new Response("page", { headers });
      },
    );
    const { get } = serve({ functions: [...functions, view], edge: { tags: ["varnish"] } });
    const { headers } = await get("/v/5/");
    const groups = parseTags(headers.get("Cache-Groups") ?? "").join(" ");
    expect([headers.get("Cache-Control"), groups, headers.get("xkey")]).toEqual(expected);
  });

  it.each([
    ['"article-1"', `"article-1", "${tagsOfFive[1] ?? ""}"`],
    ["article-1", "article-1"],
  ])("a mutation's view purges its own: %s", async (own, expected) => {
    const input = args({ user_id: integer });
    const view = client(
      { name: "view", affects: user, route: "/v/:user_id/", methods: ["POST"], input },
      () => new Response("done", { headers: { [PURGE]: own } }),
    );
    for (const edge of [true, false]) {
      const { handler } = serve({ functions: [...functions, view], edge });
      const { headers } = await handler(new Request("http://h/v/5/", { method: "POST" }));
      expect(headers.get(PURGE)).toBe(edge ? expected : own);
    }
  });

  it("a view of what the request binds has no tags", async () => {
    const mine = new Context("mine", {
      bind: { who: { type: { type: "string" }, get: () => "5" } },
    });
    const page = client({ name: "page", context: mine, route: "/mine/" }, () => new Response("x"));
    const { get } = serve({ functions: [page], edge: true });
    const response = await get("/mine/");
    expect([response.status, response.headers.has("Cache-Groups")]).toEqual([200, false]);
  });

  it("mutations say what they purge, views too", async () => {
    const { handler, call } = serve({ functions, edge: true });
    const { headers } = await call("take", { pieces: 1 });
    expect(headers.get(PURGE)).toBe('"stock"');
    const made = await handler(new Request("http://h/rename/5/", { method: "POST" }));
    expect(made.headers.get("X-Mizan-Invalidate")).toBe("user;user_id=5");
    expect(made.headers.get(PURGE)).toBe(`"${tagsOfFive[1] ?? ""}"`);
    expect(made.headers.get("Cache-Control")).toBe("no-store");
  });

  it("too much is purged as a whole, and so is everything", async () => {
    const { call } = serve({ functions, edge: true });
    expect((await call("wide", { name: "" })).headers.get(PURGE)).toBe('"user"');
    const all = parseTags((await call("wide", { name: "all" })).headers.get(PURGE) ?? "");
    expect(all).toEqual(expect.arrayContaining(["stock", "user"]));
  });

  it("what failed after effects says what it purges", async () => {
    const { call } = serve({ functions, edge: true, report: () => undefined });
    const { status, headers } = await call("wide", { name: "fail" });
    expect([status, headers.get(PURGE)]).toEqual([500, '"user"']);
  });

  it("takes networks that are known", () => {
    const edge = { tags: ["cdn" as "fastly"] };
    expect(() => createApp({ functions: [], validator, edge })).toThrow("cdn is none of fastly");
  });
});

it("without an edge there are no tags", async () => {
  const { get, call } = serve({ functions });
  for (const reply of [await get(USER), await get("/users/5/"), await call("wide", { name: "" })]) {
    expect([PURGE, ...TAG_FIELDS].filter((name) => reply.headers.has(name))).toEqual([]);
  }
});

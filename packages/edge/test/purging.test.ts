/** What passes an edge, what is taken away, and what a reply or a purger drops. */

import { describe, expect, it } from "vitest";
import { before, done, status, STOCK, tokenFor, urlOf, USER, answer } from "./site.js";
import type { EdgeOptions } from "../src/index.js";

/** A site with all contexts and pages; a call makes stale what the test says. */
function site(reply: () => Response | Promise<Response>, options: Partial<EdgeOptions> = {}) {
  let count = 0;
  return before(async (request) => {
    const url = new URL(request.url);
    count += 1;
    const body = `body ${count}`;
    if (!["GET", "HEAD"].includes(request.method)) return reply();
    if (url.pathname === "/mizan/ctx/stock/") return answer(STOCK, body);
    if (url.pathname === "/mizan/ctx/user/") {
      return answer(USER(Number(url.searchParams.get("user_id"))), body);
    }
    if (url.pathname === "/mizan/ctx/orders/") {
      return answer({ context: "orders", params: {} }, body, { user: "x" });
    }
    const groups = url.searchParams.get("groups");
    const headers = {
      "Cache-Control": "public, s-maxage=60",
      ...(groups && { "Cache-Groups": groups }),
    };
    return new Response(body, { headers });
  }, options);
}

const PATHS = [
  urlOf(STOCK),
  urlOf(USER(5)),
  urlOf(USER(6)),
  "/stock/?page=2",
  "/profile/5/",
  "/profile/6/orders/",
  '/static/a.css?groups="files"',
  "/other/",
];

/** Which of the paths are kept no more after a reply, by their place. */
async function dropped(reply: Response, options: Partial<EdgeOptions> = {}): Promise<number[]> {
  const { get, send } = site(() => reply, options);
  for (const path of PATHS) await get(path);
  for (const path of PATHS) expect(status(await get(path))).toContain("hit");
  await send("POST", "/mizan/call/", { body: "{}" });
  const after = await Promise.all(PATHS.map((path) => get(path)));
  return after.flatMap((each, at) => (status(each).startsWith("hit") ? [] : [at]));
}

const EVERYTHING = PATHS.map((_, at) => at);
const says = (name: string, value: string): Response => done([], { [name]: value });

describe("a reply to an unsafe method purges", () => {
  it.each<[string, Response, number[]]>([
    ["nothing", done([]), []],
    ["a context and its pages", done(["stock"]), [0, 3]],
    ["one user", done([{ context: "user", params: { user_id: 5 } }]), [1, 4]],
    ["all users", done(["user"]), [1, 2, 4, 5]],
    ["one of a function", done([{ context: "user", function: "f" }]), [1, 2, 4, 5]],
    ["what is no scope", done([{ context: "user", params: { page: 2 } }]), [1, 2, 4, 5]],
    ["what is not known", done(["unknown"]), []],
    ["everything", done(["*"]), EVERYTHING],
    ["what cannot be read", says("X-Mizan-Invalidate", "user;user_id=007"), EVERYTHING],
    ["a group", says("Cache-Group-Invalidation", '"files"'), [6]],
    [
      "groups beside targets",
      done(["stock"], { "Cache-Group-Invalidation": '"files"' }),
      [0, 3, 6],
    ],
    ["groups that cannot be read", says("Cache-Group-Invalidation", "files"), EVERYTHING],
    [
      "what a newer release names by groups",
      done([{ context: "user", params: { user_id: 7 } }], { "Cache-Group-Invalidation": '"user"' }),
      [1, 2],
    ],
  ])("%s", async (_, reply, places) => {
    expect(await dropped(reply)).toEqual(places);
  });

  it("its own URL, unless it failed", async () => {
    for (const code of [200, 303, 404]) {
      const { get, send } = site(() => new Response(null, { status: code }));
      await get("/other/?a=1");
      await send("PUT", "/other/?a=1", { body: "{}" });
      expect(status(await get("/other/?a=1")).startsWith("hit")).toBe(code === 404);
    }
  });

  it("even where it is an error", async () => {
    const reply = new Response(null, { status: 500, headers: { "X-Mizan-Invalidate": "stock" } });
    expect(await dropped(reply)).toEqual([0, 3]);
  });

  it("before it is seen, on any method that is not safe", async () => {
    for (const method of ["POST", "PUT", "PATCH", "DELETE", "REPORT"]) {
      const { get, send } = site(() => done(["stock"]));
      await get(urlOf(STOCK));
      await send(method, "/mizan/call/");
      expect(status(await get(urlOf(STOCK)))).toContain("fwd=uri-miss");
    }
  });

  it("not by a reply to a safe method", async () => {
    const { get, send } = before(({ method }) =>
      method === "OPTIONS" ? done(["*"]) : answer(STOCK, "{}"),
    );
    await get(urlOf(STOCK));
    await send("OPTIONS", "/mizan/call/");
    expect(status(await get(urlOf(STOCK)))).toContain("hit");
  });

  it("everything where it is lost after the request was sent, and nothing before", async () => {
    const { NotSent } = await import("../src/index.js");
    for (const [error, kept] of [
      [new Error("reset"), false],
      [new NotSent("refused"), true],
    ] as const) {
      const { get, send } = site(() => Promise.reject(error));
      await get("/other/");
      const reply = await send("POST", "/mizan/call/", { body: "{}" });
      expect([reply.status, await reply.json()]).toEqual([
        502,
        expect.objectContaining({ code: "unavailable", title: "Bad Gateway" }),
      ]);
      expect(status(await get("/other/")).startsWith("hit")).toBe(kept);
    }
  });
});

describe("contexts of users' own", () => {
  const asker = async (sub: string) => ({ "X-Mizan-Token": await tokenFor(sub) });

  /** Whether the orders of users 5 and 6 are kept after user 5's mutation. */
  async function after(
    targets: Parameters<typeof done>[0],
    headers: Record<string, string> = {},
    options: Partial<EdgeOptions> = { ownContexts: ["orders"] },
  ): Promise<boolean[]> {
    const groups = { "Cache-Group-Invalidation": '"orders"' };
    const { get, send } = site(() => done(targets, groups), options);
    const url = "/mizan/ctx/orders/";
    for (const sub of ["5", "6"]) await get(url, await asker(sub));
    await send("POST", "/mizan/call/", { headers });
    const said = [];
    for (const sub of ["5", "6"]) said.push(status(await get(url, await asker(sub))));
    return said.map((each) => each.startsWith("hit"));
  }

  it("lose only who changed them", async () => {
    expect(await after(["orders"], await asker("5"))).toEqual([false, true]);
    const target = { context: "orders", function: "f" };
    expect(await after([target], await asker("5"))).toEqual([false, true]);
  });

  it("lose all where the edge is not told so, or who it was is not proven", async () => {
    expect(await after(["orders"], await asker("5"), {})).toEqual([false, false]);
    expect(await after(["orders"])).toEqual([false, false]);
    expect(await after(["orders"], { "X-Mizan-Token": "forged" })).toEqual([false, false]);
    expect(await after(["*"], await asker("5"))).toEqual([false, false]);
  });
});

describe("a purger", () => {
  const TOKEN = "a-token-of-purgers";
  const auth = { "X-Mizan-Purge-Token": TOKEN };

  /** Which paths are kept no more after a request of a purger. */
  async function purged(
    method: string,
    headers: Record<string, string>,
    path = "/",
  ): Promise<number[] | number> {
    const { get, send, seen } = site(() => done([]), { purgeToken: TOKEN });
    for (const each of PATHS) await get(each);
    const reply = await send(method, path, { headers });
    expect(seen).toHaveLength(PATHS.length);
    const after = await Promise.all(PATHS.map((each) => get(each)));
    const gone = after.flatMap((each, at) => (status(each).startsWith("hit") ? [] : [at]));
    if (reply.status === 200) return gone;
    expect(gone).toEqual([]);
    return reply.status;
  }

  it.each<[string, Record<string, string>, string | undefined, number[] | number]>([
    ["PURGE", { ...auth, "xkey-purge": "stock files" }, "/", [0, 6]],
    ["PURGE", { ...auth, "xkey-purge": "user" }, "/", [1, 2]],
    ["PURGE", auth, "/other/", [7]],
    ["BAN", { ...auth, "X-Mizan-Ban": "." }, "/", EVERYTHING],
    ["BAN", { ...auth, "X-Mizan-Ban": "^(?:/profile/5/$)" }, "/", [4]],
    ["BAN", { ...auth, "X-Mizan-Ban": "^(?:/profile/.*/$|/stock/$)" }, "/", [3, 4]],
    ["BAN", { ...auth, "X-Mizan-Ban": "^(?:/mizan/ctx/user/\\?user_id=5$)" }, "/", [1]],
    ["BAN", { ...auth, "X-Mizan-Ban": "^(?:/mizan/ctx/user/.*$)" }, "/", []],
    ["BAN", { ...auth, "X-Mizan-Ban": "^(?:/static/.*$)" }, "/", EVERYTHING],
    ["BAN", { ...auth, "X-Mizan-Ban": "^/profile/(a+)+$" }, "/", EVERYTHING],
    ["BAN", auth, "/", 400],
    ["PURGE", { "xkey-purge": "stock" }, "/", 403],
    ["PURGE", { "xkey-purge": "stock", "X-Mizan-Purge-Token": `${TOKEN}x` }, "/", 403],
    ["BAN", { "X-Mizan-Ban": "." }, "/", 403],
  ])("%s %j %s", async (method, headers, path, expected) => {
    expect(await purged(method, headers, path)).toEqual(expected);
  });

  it("is refused without a token of the edge's", async () => {
    const { send } = site(() => done([]));
    const reply = await send("PURGE", "/", { headers: { ...auth, "xkey-purge": "stock" } });
    expect([reply.status, ((await reply.json()) as { code: string }).code]).toEqual([
      403,
      "forbidden",
    ]);
  });
});

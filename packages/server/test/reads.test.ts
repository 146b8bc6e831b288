import { describe, expect, it, vi } from "vitest";
import { client, Context, invalidate, Problem, type AppOptions } from "../src/index.js";
import { args, gate, integer, ORIGIN, problem, serve, shop, stock, text } from "./shop.js";

const STATUS = "Cache-Status";
const USER = "/mizan/ctx/user/?user_id=5";

describe("a read", () => {
  it("is one bundle, stored and then found", async () => {
    const { get, state } = shop();
    const first = await get(USER);
    expect(await first.text()).toBe('{"user_profile":{"id":5,"name":"Ada"}}');
    expect(Object.fromEntries(first.headers)).toMatchObject({
      "cache-control": "public, no-cache",
      "cache-status": "mizan; fwd=miss; stored",
      "content-type": "application/json",
    });
    const second = await get(USER);
    expect(second.headers.get(STATUS)).toBe("mizan; hit");
    expect(second.headers.get("ETag")).toBe(first.headers.get("ETag"));
    expect(state.runs).toEqual(["user_profile"]);
  });

  it("is computed anew after a mutation of it, and not after one of another", async () => {
    const { get, call } = shop();
    await get(USER);
    await call("update_name", { user_id: 6, name: "Bob" });
    expect((await get(USER)).headers.get(STATUS)).toBe("mizan; hit");
    await call("update_name", { user_id: 5, name: "Eda" });
    expect(await (await get(USER)).text()).toBe('{"user_profile":{"id":5,"name":"Eda"}}');
  });

  it("is 304 for an ETag that the client has", async () => {
    const { get } = shop();
    const etag = (await get(USER)).headers.get("ETag") ?? "";
    for (const field of [etag, `W/${etag}`, `"x", ${etag}`, "*"]) {
      const response = await get(USER, { "If-None-Match": field });
      expect([response.status, await response.text()]).toEqual([304, ""]);
      expect(response.headers.get("ETag")).toBe(etag);
    }
    expect((await get(USER, { "If-None-Match": '"x"' })).status).toBe(200);
  });

  it("by HEAD is its headers alone", async () => {
    const { handler } = shop();
    const response = await handler(new Request(ORIGIN + USER, { method: "HEAD" }));
    expect([response.status, response.body]).toEqual([200, null]);
    expect(response.headers.get("Content-Length")).toBe("38");
  });

  it("in another spelling names the canonical one", async () => {
    const response = await shop().get("/mizan/ctx/user/?user_id=%35");
    expect(response.headers.get("Cache-Control")).toBe("no-store");
    expect(response.headers.get("Content-Location")).toBe(USER);
  });

  it("by POST is kept by nobody", async () => {
    const { handler, state } = shop();
    const post = (body: string): Promise<Response> =>
      handler(
        new Request(`${ORIGIN}/mizan/ctx/user/`, {
          method: "POST",
          headers: { "Content-Type": "application/json" },
          body,
        }),
      );
    for (const given of ['{"user_id":5}', '{"user_id":"5"}']) {
      const response = await post(given);
      expect(response.headers.get("Cache-Control")).toBe("no-store");
    }
    expect(state.runs).toHaveLength(2);
    expect((await post("[]")).status).toBe(400);
    expect((await post('{"user_id":"x"}')).status).toBe(422);
  });

  it.each([
    ["?user_id=x", 422, "coerce.lexical"],
    ["", 422, "param.missing"],
    ["?user_id=5&a=1", 422, "param.unknown"],
    ["?user_id=%", 400, undefined],
    [`?user_id=${"1".repeat(65_536)}`, 414, undefined],
  ])("refuses %s", async (query, status, code) => {
    const response = await shop().get(`/mizan/ctx/user/${query}`);
    const { errors } = await problem(response);
    expect([response.status, errors?.[0]?.code]).toEqual([status, code]);
  });

  it("fails whole where one function fails, which it names", async () => {
    const { get, state } = shop();
    state.names.clear();
    const response = await get(USER);
    expect(response.headers.get("Cache-Control")).toBe("no-store");
    expect(await problem(response)).toMatchObject({ status: 404, function: "user_profile" });
    state.names.set(5, "Ada");
    expect((await get(USER)).status).toBe(200);
  });

  it("gives functions only what they take, and a list of their own", async () => {
    const lists = new Context("lists");
    const ids = { type: "array", items: integer };
    const input = args({ ids, q: { ...text, default: "" } }, ["ids"]);
    const one = client({ name: "one", context: lists, input }, (given: { ids: number[] }) =>
      given.ids.splice(0),
    );
    const two = client(
      { name: "two", context: lists, input: args({ ids }) },
      (given: object) => given,
    );
    const { get } = serve({ functions: [one, two] });
    expect(await (await get("/mizan/ctx/lists/?ids=%5B1%5D")).text()).toBe(
      '{"one":[1],"two":{"ids":[1]}}',
    );
  });
});

describe("one computation", () => {
  const slots = new Context("slots");

  function slow(options: Partial<AppOptions> = {}, cached: boolean | number = true) {
    const { open, opened } = gate();
    let runs = 0;
    const value = client({ name: "value", context: slots, cache: cached }, async () => {
      runs += 1;
      await opened;
      return runs;
    });
    const set = client({ name: "set", affects: slots }, () => null);
    const served = serve({ functions: [value, set], ...options });
    return { ...served, open, runs: () => runs, read: () => served.get("/mizan/ctx/slots/") };
  }

  it("serves all who wait for it", async () => {
    const { read, open, runs } = slow();
    const all = Promise.all([read(), read(), read()]);
    await vi.waitFor(() => {
      expect(runs()).toBe(1);
    });
    open();
    const statuses = (await all).map(({ headers }) => headers.get(STATUS));
    expect(statuses.sort()).toEqual(["mizan; fwd=miss; stored", "mizan; hit", "mizan; hit"]);
    expect(runs()).toBe(1);
  });

  it("is not waited for beyond the limit", async () => {
    const { read, open, runs } = slow({ cache: { wait: 0.01 } });
    const all = [read(), read()];
    await vi.waitFor(() => {
      expect(runs()).toBe(2);
    });
    open();
    const statuses = (await Promise.all(all)).map(({ headers }) => headers.get(STATUS));
    expect(statuses).toContain("mizan; fwd=miss; detail=busy");
  });

  it("that a mutation overlapped is not stored, and says no-store", async () => {
    const { read, open, runs, call } = slow();
    const early = read();
    await vi.waitFor(() => {
      expect(runs()).toBe(1);
    });
    await call("set");
    open();
    expect((await early).headers.get("Cache-Control")).toBe("no-store");
    expect((await read()).headers.get(STATUS)).toBe("mizan; fwd=miss; stored");
  });

  it("that is too large is stored nowhere, and nobody waits for it", async () => {
    const { read, open } = slow({ cache: { maxEntryBytes: 3 } });
    open();
    expect((await read()).headers.get(STATUS)).toBe("mizan; fwd=miss");
    expect((await read()).headers.get(STATUS)).toBe("mizan; fwd=miss");
  });

  it("is each read's own without a cache, or where a context is not kept", async () => {
    for (const { read, open, runs } of [slow({ cache: false }), slow({}, false)]) {
      open();
      await read();
      expect((await read()).headers.has(STATUS)).toBe(false);
      expect(runs()).toBe(2);
    }
  });

  it("lives for the seconds of its context", async () => {
    let now = 0;
    const { read, open } = slow({ cache: { clock: () => now } }, 60);
    open();
    await read();
    now = 59_999;
    expect((await read()).headers.get(STATUS)).toBe("mizan; hit");
    now = 60_000;
    expect((await read()).headers.get(STATUS)).toBe("mizan; fwd=miss; stored");
  });
});

describe("under a hold", () => {
  it("a read bypasses the cache, until the mutation ends", async () => {
    const { open, opened } = gate();
    const slowly = client({ name: "slowly", affects: stock, atomic: false }, () => opened);
    const { pieces } = shop().functions;
    const { get, call } = serve({ functions: [slowly, pieces] });
    await get("/mizan/ctx/stock/");
    const ending = call("slowly");
    await vi.waitFor(async () => {
      const held = await get("/mizan/ctx/stock/");
      expect(held.headers.get(STATUS)).toBe("mizan; fwd=bypass; detail=held");
      expect(held.headers.get("Cache-Control")).toBe("no-store");
    });
    open();
    await ending;
    expect((await get("/mizan/ctx/stock/")).headers.get(STATUS)).toBe("mizan; fwd=miss; stored");
  });
});

describe("what a function looks at", () => {
  const page = new Context("page");
  const own = new Context("own", { userScoped: true });

  function look(context: Context, options: Partial<AppOptions> = {}) {
    const functions = [
      client({ name: "look", context }, (_, call) => call.request.headers.get("X") ?? ""),
    ];
    return serve({ functions, ...options });
  }

  it("is kept by nobody where it is the request of a public context", async () => {
    const { get } = look(page);
    for (const value of ["a", "b"]) {
      const response = await get("/mizan/ctx/page/", { X: value });
      expect(await response.text()).toBe(`{"look":"${value}"}`);
      expect(response.headers.get("Cache-Control")).toBe("private, no-store");
    }
  });

  it("is an error in debugging", async () => {
    const report = vi.fn();
    const { get } = look(page, { debug: true, report });
    expect((await problem(get("/mizan/ctx/page/"))).detail).toContain("LeakError");
    expect(report).toHaveBeenCalledOnce();
  });

  it("is not stored for a user, either", async () => {
    const session = (): { id: number } => ({ id: 1 });
    const { get } = look(own, { session, debug: true });
    for (const value of ["a", "b"]) {
      const response = await get("/mizan/ctx/own/", { X: value });
      expect(await response.text()).toBe(`{"look":"${value}"}`);
      expect(response.headers.get("Cache-Control")).toBe("private, no-cache");
      expect(response.headers.get(STATUS)).toBe("mizan; fwd=miss");
    }
  });

  it("may be a facet", async () => {
    const functions = [
      client({ name: "greet", context: page }, (_, call) => call.facet("language")),
      client({ name: "bad", context: own, userScoped: true }, (_, call) => call.facet("hair")),
    ];
    const vary = { language: ({ headers }: Request) => headers.get("Accept-Language") ?? "en" };
    const { get } = serve({ functions, vary, edge: true });
    for (const language of ["de", "fr", "de"]) {
      const response = await get("/mizan/ctx/page/", { "Accept-Language": language });
      expect(await response.text()).toBe(`{"greet":"${language}"}`);
      expect(response.headers.get("Cache-Control")).toBe("public, no-cache");
    }
    const hit = await get("/mizan/ctx/page/", { "Accept-Language": "de" });
    expect(hit.headers.get(STATUS)).toBe("mizan; hit");
    expect((await get("/mizan/ctx/own/")).status).toBe(500);
  });

  it("may not be answered with fields that others would get", async () => {
    const functions = [
      client({ name: "set", context: page }, (_, call) => {
        call.headers.set("Set-Cookie", "a=1");
      }),
    ];
    const { get } = serve({ functions });
    const response = await get("/mizan/ctx/page/");
    expect(response.headers.getSetCookie()).toEqual(["a=1"]);
    expect(response.headers.get("Cache-Control")).toContain("no-store");
    expect(response.headers.get(STATUS)).toBe("mizan; fwd=miss");
  });
});

it("tells an edge its tags", async () => {
  const { get } = shop({ edge: true });
  const { headers } = await get(USER);
  expect(headers.get("Cache-Control")).toBe("public, max-age=0, s-maxage=31536000");
  expect(headers.get("Cache-Groups")).toMatch(/^"user", "h-[a-z2-7]{26}"$/);
});

describe("a function that a read runs", () => {
  it("may call and invalidate others", async () => {
    const outer = new Context("outer");
    const { functions, state } = shop();
    const reader = client({ name: "reader", context: outer, cache: false }, async () => {
      const left = await functions.take({ pieces: 1 });
      const failed = await functions.take({ pieces: 99 }).catch((error: unknown) => error);
      expect(failed).not.toBeInstanceOf(Problem);
      return left;
    });
    const { get } = serve({ functions: [...Object.values(functions), reader] });
    await get("/mizan/ctx/stock/");
    expect(await (await get("/mizan/ctx/outer/")).text()).toBe('{"reader":2}');
    expect(await (await get("/mizan/ctx/stock/")).text()).toBe('{"pieces":2}');
    expect(state.left).toBe(2);
  });

  it("makes stale what it says", async () => {
    const outer = new Context("outer");
    const reader = client({ name: "reader", context: outer, cache: false }, () => {
      invalidate(stock);
    });
    const { pieces } = shop().functions;
    const { get } = serve({ functions: [pieces, reader] });
    await get("/mizan/ctx/stock/");
    await get("/mizan/ctx/outer/");
    const response = await get("/mizan/ctx/stock/");
    expect(response.headers.get(STATUS)).toBe("mizan; fwd=miss; stored");
  });
});

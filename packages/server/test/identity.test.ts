import { Key, signToken } from "@mizan/protocol";
import { describe, expect, it } from "vitest";
import { client, Context, csrfCookie, type AppOptions, type User } from "../src/index.js";
import { args, body, integer, KEYS, ORIGIN, problem, serve, shop, text, TOKENS } from "./shop.js";

const keys = KEYS.map((key) => Key.fromJwk(key));
const PKEY = "0123456789abcdef0123456789abcdef";

function token(sub: string, life = 60): Promise<string> {
  const now = Math.floor(Date.now() / 1000);
  return signToken({ sub, aud: "shop", iat: now, exp: now + life, pkey: PKEY }, keys);
}

const users: Record<string, User> = {
  "1": { id: 1, permissions: ["shop.close"] },
  "2": { id: 2 },
  "3": { id: 3, superuser: true },
};

/** A session by a cookie that has the user's number. */
function session({ headers }: Request): User | null {
  return users[/session=(\d)/.exec(headers.get("Cookie") ?? "")?.[1] ?? ""] ?? null;
}

const user = (sub: string): User | null => users[sub] ?? null;

const me = new Context("me", {
  bind: { account: { type: { type: "integer" }, get: async (call) => (await call.user())?.id } },
});

const whoami = client({ name: "whoami" }, async (_, call) => (await call.user())?.id ?? null);
const mine = client({ name: "mine", context: me }, async (_, call) => (await call.user())?.id ?? 0);
const theirs = client(
  { name: "theirs", affects: me, input: args({ account: integer }, []), output: text },
  () => "done",
);
const close = client({ name: "close", permission: "shop.close" }, () => "closed");
const later = client(
  { name: "later", loginRequired: true, permission: async (call) => (await call.user())?.id === 3 },
  () => "later",
);

const member = client({ name: "member", loginRequired: true }, () => "member");
const self = client(
  { name: "self", context: new Context("self", { userScoped: true }) },
  async (_, call) => (await call.user())?.id ?? null,
);

function ask(options: Partial<AppOptions> = {}) {
  const functions = [whoami, mine, theirs, close, later, member, self];
  return serve({ functions, tokens: TOKENS, session, user, ...options });
}

const CSRF = { "X-CSRFToken": "t", Origin: ORIGIN };

function cookies(id: number): Record<string, string> {
  return { Cookie: `session=${id}; csrftoken=t`, ...CSRF };
}

describe("a token", () => {
  it("says who asks, in a field of its own or as Bearer", async () => {
    const { call } = ask();
    const text_ = await token("1");
    for (const headers of [{ "X-Mizan-Token": text_ }, { Authorization: `Bearer ${text_}` }]) {
      expect(await body(call("whoami", {}, headers as Record<string, string>))).toEqual({
        result: 1,
      });
    }
  });

  it("that is not valid is a 401, never the session", async () => {
    const { call } = ask();
    for (const bad of ["", "x", await token("1", -5), "x".repeat(9000)]) {
      const response = await call("whoami", {}, { ...cookies(1), "X-Mizan-Token": bad });
      expect(response.headers.get("WWW-Authenticate")).toContain("invalid_token");
      expect(await problem(response)).toMatchObject({ status: 401, code: "token_invalid" });
    }
  });

  it("of another kind is the application's own", async () => {
    const { call } = ask();
    const other = `${btoa('{"typ":"JWT"}')}.e30.x`;
    for (const bearer of [other, "opaque", "é", "x".repeat(9000), btoa("[]")]) {
      const response = await call("whoami", {}, { Authorization: `Bearer ${bearer}` });
      expect(await body(response)).toEqual({ result: null });
    }
  });

  it("of another user than the session's is refused", async () => {
    const { call } = ask();
    const headers = { ...cookies(2), "X-Mizan-Token": await token("1") };
    expect((await problem(call("whoami", {}, headers))).code).toBe("identity_mismatch");
    expect(await body(call("whoami", {}, { ...headers, ...cookies(1) }))).toEqual({ result: 1 });
  });

  it("of a user who is gone is refused where somebody looks", async () => {
    const headers = { "X-Mizan-Token": await token("9") };
    expect((await problem(ask().call("whoami", {}, headers))).code).toBe("token_invalid");
    const { call } = serve({ functions: [whoami], tokens: TOKENS });
    expect(await body(call("whoami", {}, headers))).toEqual({ result: "9" });
  });

  it("means nothing where there are no keys", async () => {
    const { call } = serve({ functions: [whoami] });
    expect(await body(call("whoami", {}, { "X-Mizan-Token": "x" }))).toEqual({ result: null });
  });

  it("is given to a session alone", async () => {
    const { call } = ask();
    const { result } = await body(call("mwt_obtain", {}, cookies(1)));
    const { token: given, expires_at } = result as { token: string; expires_at: string };
    expect(expires_at).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
    expect(await body(call("whoami", {}, { "X-Mizan-Token": given }))).toEqual({ result: 1 });
    const again = await call("mwt_obtain", {}, { "X-Mizan-Token": given });
    expect((await problem(again)).code).toBe("unauthenticated");
    expect((await problem(call("mwt_obtain"))).code).toBe("unauthenticated");
  });
});

describe("a guarded function", () => {
  it.each([
    ["close", {}, 401],
    ["close", cookies(2), 403],
    ["close", cookies(1), 200],
    ["close", cookies(3), 200],
    ["member", {}, 401],
    ["member", cookies(2), 200],
    ["later", {}, 401],
    ["later", cookies(1), 403],
    ["later", cookies(3), 200],
  ])("%s by %j: %d", async (name, headers, status) => {
    const response = await ask().call(name, {}, headers);
    expect(response.status).toBe(status);
    if (status === 401) expect(response.headers.get("WWW-Authenticate")).toContain("Bearer");
  });

  it("of a permission by name, with tokens, needs to know the user", () => {
    expect(() => serve({ functions: [close], tokens: TOKENS })).toThrow("say in user who has it");
  });
});

describe("a request that may be forged", () => {
  it.each<[string, Record<string, string>, number]>([
    ["no token", { Cookie: "session=1; csrftoken=t" }, 403],
    ["another token", { Cookie: "session=1; csrftoken=t", "X-CSRFToken": "u" }, 403],
    ["no cookie of a token", { Cookie: "session=1", "X-CSRFToken": "" }, 403],
    ["the token", { Cookie: "csrftoken=t; session=1", "X-CSRFToken": "t" }, 200],
    ["another origin", { ...cookies(1), Origin: "http://evil.example" }, 403],
    ["no origin", { ...cookies(1), Origin: "null" }, 403],
    ["a trusted one", { ...cookies(1), Origin: "https://shop.partner" }, 200],
    ["JSON of another page, without cookies", { Origin: "http://x.example" }, 200],
    ["no browser", {}, 200],
  ])("is found by %s", async (_, headers, status) => {
    const csrf = { trustedOrigins: ["https://shop.partner"] };
    const response = await ask({ csrf }).call("whoami", {}, headers);
    expect(response.status).toBe(status);
    if (status === 403) expect((await problem(response)).code).toBe("csrf");
  });

  it("is none with an identity token, or where nothing can change", async () => {
    const { call, get } = ask();
    const headers = { "X-Mizan-Token": await token("1"), Cookie: "session=1" };
    expect((await call("whoami", {}, headers)).status).toBe(200);
    expect((await get("/mizan/ctx/me/", { Cookie: "session=1" })).status).toBe(200);
  });

  it("brings back what csrfCookie gave", async () => {
    const cookie = csrfCookie();
    expect(cookie).toMatch(/^csrftoken=[0-9a-f]{32}; Path=\/; SameSite=Lax; Secure$/);
    const named = csrfCookie({ cookie: "c", header: "X-C" }, false).split(";")[0] ?? "";
    const { call } = ask({ csrf: { cookie: "c", header: "X-C" } });
    const headers = { Cookie: `session=1; ${named}`, "X-C": named.slice(2) };
    expect((await call("whoami", {}, headers)).status).toBe(200);
  });
});

describe("a context of a user's own", () => {
  it("is kept for each, and not for nobody", async () => {
    const { get } = ask();
    for (const [id, status] of [
      [1, "mizan; fwd=miss; stored"],
      [2, "mizan; fwd=miss; stored"],
      [1, "mizan; hit"],
    ] as const) {
      const response = await get("/mizan/ctx/me/", cookies(id));
      expect(await response.text()).toBe(`{"mine":${id}}`);
      expect(response.headers.get("Cache-Status")).toBe(status);
      expect(response.headers.get("Vary")).toBe("Authorization, Cookie, X-Mizan-Token");
    }
    const nobody = await get("/mizan/ctx/me/");
    expect(nobody.headers.get("Cache-Control")).toBe("private, no-store");
    expect(nobody.headers.has("Cache-Status")).toBe(false);
    const byToken = await get("/mizan/ctx/me/", { "X-Mizan-Token": await token("1") });
    expect(byToken.headers.get("Cache-Status")).toBe("mizan; fwd=miss; stored");
  });

  it("is each one's, also of those who may do the same", async () => {
    const { get } = ask({ session: ({ headers }) => ({ id: headers.get("Cookie") ?? "" }) });
    for (const id of ["a", "b"]) {
      expect(await (await get("/mizan/ctx/self/", { Cookie: id })).text()).toBe(`{"self":"${id}"}`);
    }
  });

  it("is stale for the user who calls, or the one who is named", async () => {
    const { call } = ask();
    const stale = async (given: object, id: number | null) =>
      (await body(call("theirs", given, id === null ? {} : cookies(id)))).invalidate;
    expect(await stale({}, 1)).toEqual([{ context: "me", params: { account: 1 } }]);
    expect(await stale({ account: 7 }, 1)).toEqual([{ context: "me", params: { account: 7 } }]);
    expect(await stale({}, null)).toEqual(["me"]);
  });

  it("fails where the server gives what does not fit", async () => {
    const odd = new Context("odd", { bind: { a: { type: { type: "integer" }, get: () => "x" } } });
    const reader = client({ name: "reader", context: odd }, () => 1);
    expect((await serve({ functions: [reader] }).get("/mizan/ctx/odd/")).status).toBe(500);
  });
});

describe("single flight", () => {
  const HELD = { "X-Mizan-Held": "user;user_id=5, user;user_id=6, stock, nobody" };

  it("brings what became stale", async () => {
    const { call, get } = shop();
    const reply = await body(call("update_name", { user_id: 5, name: "Eda" }, HELD));
    expect(reply.fresh).toEqual([
      {
        context: "user",
        params: { user_id: 5 },
        data: { user_profile: { id: 5, name: "Eda" } },
      },
    ]);
    const after = await get("/mizan/ctx/user/?user_id=5");
    expect(after.headers.get("Cache-Status")).toBe("mizan; hit");
  });

  it.each([
    ["what fails", "update_name", { user_id: 5, name: "Eda" }, "user;user_id=6"],
    ["what is not held", "update_name", { user_id: 5, name: "Eda" }, "stock"],
    ["what cannot be read", "update_name", { user_id: 5, name: "Eda" }, "user;;"],
    ["what is not there", "secret", {}, "nobody"],
  ])("leaves out %s", async (_, name, given, held) => {
    expect((await body(shop().call(name, given, { "X-Mizan-Held": held }))).fresh).toBe(undefined);
  });

  it("leaves out what is too much", async () => {
    const { call, state } = shop();
    const name = "x".repeat(200 * 1024);
    state.names.set(6, name);
    const reply = await body(call("update_name", { user_id: 5, name: `${name}${name}` }, HELD));
    expect([reply.invalidate?.length, reply.fresh]).toEqual([1, undefined]);
  });

  it("leaves everything out after a change of identity", async () => {
    let who: User | null = null;
    const login = client({ name: "login", affects: "user" }, () => {
      who = { id: 1 };
    });
    const cookie = client({ name: "cookie", affects: "user" }, (_, call) => {
      call.headers.set("Set-Cookie", "session=1");
    });
    const mismatch = client({ name: "mismatch", affects: "user" }, () => {
      who = { id: 2 };
    });
    const { functions } = shop();
    const { call } = serve({
      functions: [...Object.values(functions), login, cookie, mismatch],
      tokens: TOKENS,
      session: () => who,
    });
    const held = { "X-Mizan-Held": "user;user_id=5" };
    expect((await body(call("cookie", {}, held))).fresh).toBeUndefined();
    expect((await body(call("login", {}, held))).fresh).toBeUndefined();
    const both = { ...held, "X-Mizan-Token": await token("1") };
    expect((await body(call("mismatch", {}, both))).fresh).toBeUndefined();
    who = null;
    expect((await body(call("mismatch", {}, held))).invalidate).toEqual(["user"]);
  });

  it("shows nothing that the caller may not see", async () => {
    const vault = new Context("vault");
    const look = client({ name: "look", context: vault, permission: () => false }, () => 1);
    const touch = client({ name: "touch", affects: vault }, () => null);
    const { call } = serve({ functions: [look, touch] });
    const reply = await body(call("touch", {}, { "X-Mizan-Held": "vault" }));
    expect([reply.invalidate, reply.fresh]).toEqual([["vault"], undefined]);
  });
});

/** Users' own replies: kept for whom a token proves, and for nobody else. */

import { describe, expect, it } from "vitest";
import type { EdgeOptions } from "../src/index.js";
import { answer, before, keyPair, NOW, status, tokenFor } from "./site.js";

const URL_ = "/mizan/ctx/orders/";
const ORDERS = { context: "orders", params: {} };
const OWN = { "Cache-Control": "private", "Mizan-Cache-Control": "max-age=60" };

/** A site whose orders say who asked. */
function orders(options: Partial<EdgeOptions> = {}) {
  return before(
    ({ headers }) => answer(ORDERS, headers.get("X-Mizan-Token") ?? "nobody", { user: "x" }),
    options,
  );
}

/** What Cache-Status says of the second request, after one with the first fields. */
async function second(
  first: Record<string, string>,
  then: Record<string, string>,
  options: Partial<EdgeOptions> = {},
): Promise<string> {
  const { get } = orders(options);
  await get(URL_, first);
  return status(await get(URL_, then));
}

const asking = (token: string): Record<string, string> => ({ "X-Mizan-Token": token });

describe("a user's own reply is kept", () => {
  it("for him, whatever token of his he shows", async () => {
    const [first, later] = [await tokenFor("5"), await tokenFor("5", { exp: NOW + 100 })];
    expect(await second(asking(first), asking(first))).toMatch(/^hit/);
    expect(await second(asking(first), asking(later))).toMatch(/^hit/);
    expect(await second(asking(first), { Authorization: `Bearer ${first}` })).toMatch(/^hit/);
    expect(await second(asking(first), { ...asking(first), Cookie: "a=1" })).toMatch(/^hit/);
  });

  it.each<[string, () => Promise<Record<string, string>>]>([
    ["another user", async () => asking(await tokenFor("6"))],
    ["other permissions", async () => asking(await tokenFor("5", { pkey: "1".repeat(32) }))],
    ["nobody", () => Promise.resolve({})],
    ["a session", () => Promise.resolve({ Cookie: "sessionid=5" })],
    ["a token that is over", async () => asking(await tokenFor("5", { exp: NOW - 31 }))],
    ["a token of a key that is not known", async () => asking(await forged("k1"))],
    ["a token that is none", () => Promise.resolve(asking("a.b.c"))],
    ["an empty token", () => Promise.resolve(asking(""))],
  ])("not for %s", async (_, fields) => {
    expect(await second(asking(await tokenFor("5")), await fields())).toMatch(/^fwd/);
  });

  it("not without a token that verifies, even for the same again", async () => {
    for (const fields of [{}, { Cookie: "a=1" }, asking(await forged("k1")), asking("")]) {
      expect(await second(fields, fields)).toMatch(/^fwd/);
    }
  });

  it("not by an edge without keys, for which tokens are the origin's business", async () => {
    const token = asking(await tokenFor("5"));
    const { get, seen } = before(() => answer(ORDERS, "{}", { user: "5" }), { isKeyless: true });
    await get(URL_, token);
    await get(URL_, token);
    expect(seen).toHaveLength(2);
  });

  it("not longer than its token is good", async () => {
    const token = asking(await tokenFor("5"));
    const { get, wait } = orders();
    await get(URL_, token);
    wait(330);
    expect(status(await get(URL_, token))).toBe("fwd=bypass");
  });

  it.each([
    { ...OWN, "Set-Cookie": "a=1" },
    { ...OWN, "Mizan-Cache-Control": "max-age=60, no-store" },
    { ...OWN, "Mizan-Cache-Control": "max-age=0" },
    { ...OWN, "Mizan-Cache-Control": "s-maxage=60" },
    { ...OWN, "Cache-Control": "private, no-store" },
    { "Cache-Control": "private, max-age=60" },
  ])("not with %j", async (headers) => {
    const { get, seen } = before(() => new Response("{}", { headers }));
    const token = asking(await tokenFor("5"));
    await get("/mine/", token);
    await get("/mine/", token);
    expect(seen).toHaveLength(2);
  });

  it("not below the contexts without tags", async () => {
    const { get, seen } = before(() => new Response("{}", { headers: OWN }));
    const token = asking(await tokenFor("5"));
    for (const path of [URL_, URL_, "/mine/", "/mine/"]) await get(path, token);
    expect(seen).toHaveLength(3);
  });

  it("in variants of what else it varies by", async () => {
    const vary = "Authorization, Cookie, X-Mizan-Token, Accept-Language";
    const { get, seen } = before(() => new Response("{}", { headers: { ...OWN, Vary: vary } }));
    const token = asking(await tokenFor("5"));
    for (const language of ["en", "de", "en", "de"]) {
      await get("/mine/", { ...token, "Accept-Language": language });
    }
    expect(seen).toHaveLength(2);
  });
});

it("a token that does not verify passes to the origin, even for what is kept for all", async () => {
  const { get, seen } = before(() => answer({ context: "stock", params: {} }, "{}"));
  await get("/mizan/ctx/stock/");
  const reply = await get("/mizan/ctx/stock/", asking(await forged("k1")));
  expect([status(reply), seen.length]).toEqual(["fwd=bypass", 2]);
});

async function forged(kid: string): Promise<string> {
  const { signing } = await keyPair(kid);
  return tokenFor("5", { signing });
}

import { mizanCall, mizanFetch } from "@mizan/runtime";
import { http, HttpResponse } from "msw";
import { describe, expect, it } from "vitest";
import { mizanHandlers, onCall, onContext, problem } from "../src/index.js";
import { faults } from "./faults.js";
import { connected, mizan, names, send, server } from "./handled.js";
import { BASE, note, orders, ping, schema, user, type Orders } from "./shop.js";

describe("a read", () => {
  it("gives what the test says, and the parameters in their types", async () => {
    names.set(5, "Ada");
    expect(await mizanFetch(connected(), user, { user_id: 5 })).toEqual({
      user_profile: { name: "Ada" },
    });
    expect(await mizanFetch(connected(), orders, { user_id: 5 })).toEqual({
      order_rows: [{ id: 51 }],
    });
    mizan.use(onContext(orders, (params) => ({ order_rows: [], params }) as Orders));
    const given = await mizanFetch(connected(), orders, { user_id: 5, search: "7", page: 2 });
    expect(given).toEqual({ order_rows: [], params: { page: 2, search: "7", user_id: 5 } });
  });

  it("has the headers of a server, and answers 304", async () => {
    const { status, headers, body } = await send("ctx/orders/?page=1&user_id=5");
    expect(status).toBe(200);
    expect(faults("context-bundle", body)).toEqual([]);
    expect(Object.fromEntries(headers)).toMatchObject({
      "content-type": "application/json",
      "cache-control": "private, no-cache",
      vary: "Authorization, Cookie, X-Mizan-Token",
    });
    const etag = headers.get("ETag") ?? "";
    expect(etag).toMatch(/^"[0-9a-f]{32}"$/);
    const path = "ctx/orders/?page=1&user_id=5";
    const again = await send(path, { headers: { "If-None-Match": etag } });
    expect(again).toMatchObject({ status: 304, body: undefined });
    const other = await send(path, { headers: { "If-None-Match": '"other"' } });
    expect(other.status).toBe(200);
  });

  it("in another spelling is not stored, and names the right one", async () => {
    const { headers } = await send("ctx/orders/?user_id=5");
    expect(headers.get("Cache-Control")).toBe("no-store");
    expect(headers.get("Content-Location")).toBe("/api/mizan/ctx/orders/?page=1&user_id=5");
  });

  it("by POST is the same, for parameters that no URL takes", async () => {
    const search = "x".repeat(5_000);
    mizan.use(onContext(orders, ({ search: got }) => ({ order_rows: [{ id: got?.length ?? 0 }] })));
    expect(await mizanFetch(connected(), orders, { user_id: 5, search })).toEqual({
      order_rows: [{ id: 5_000 }],
    });
    const body = JSON.stringify({ user_id: 5 });
    const { headers } = await send("ctx/orders/", { method: "POST", body });
    expect(headers.get("Cache-Control")).toBe("no-store");
  });

  it.each([
    ["ctx/user/", 422, "validation", "/user_id"],
    ["ctx/user/?user_id=five", 422, "validation", "/user_id"],
    ["ctx/user/?user_id=5&other=1", 422, "validation", "/other"],
    ["ctx/user/?user_id=%", 400, "malformed", undefined],
    ["ctx/nothing/", 404, "not_found", undefined],
  ])("of %s is refused with %i %s", async (path, status, code, pointer) => {
    const { body, ...reply } = await send(path);
    expect(reply.status).toBe(status);
    expect(faults("error", body)).toEqual([]);
    expect(body).toMatchObject({ status, code });
    if (pointer) expect(body?.["errors"]).toMatchObject([{ pointer }]);
  });

  it("by another method is refused", async () => {
    expect((await send("ctx/user/?user_id=5", { method: "PUT" })).status).toBe(405);
  });

  it("fails as the test says", async () => {
    mizan.use(onContext(user, problem("forbidden", { function: "user_profile" })));
    await expect(mizanFetch(connected(), user, { user_id: 5 })).rejects.toMatchObject({
      code: "forbidden",
      status: 403,
      problem: { function: "user_profile", title: "Forbidden" },
    });
    mizan.use(onContext(user, () => HttpResponse.error()));
    await expect(mizanFetch(connected(), user, { user_id: 5 })).rejects.toMatchObject({
      code: "client.network",
    });
  });

  it("that the test says nothing of says what to add", async () => {
    server.use(...mizanHandlers({ ...schema, base_url: `${BASE}silent/` }, []));
    const client = connected({ baseUrl: `${BASE}silent/` });
    const missing = { code: "not_found" };
    await expect(mizanFetch(client, user, { user_id: 5 })).rejects.toMatchObject({
      ...missing,
      message: "The test gives no answer for the context user: add onContext(…).",
    });
    await expect(mizanCall(client, ping, {})).rejects.toMatchObject({
      ...missing,
      message: "The test gives no answer for the function ping: add onCall(…).",
    });
  });
});

describe("the handlers", () => {
  it("answer otherwise until they are reset", async () => {
    mizan.use(onContext(note, { note_text: "other" }));
    const id = "0a1b2c3d-0000-4000-8000-000000000000";
    expect((await send(`ctx/note/?id=${id}`)).body).toEqual({ note_text: "other" });
    mizan.reset();
    expect((await send(`ctx/note/?id=${id}`)).body).toEqual({ note_text: "fixed" });
  });

  it("forget by a reset what was not there in the beginning", async () => {
    const added = mizanHandlers({ ...schema, base_url: `${BASE}added/` }, []);
    server.use(...added);
    added.use(onContext(user, problem("forbidden")), onCall(ping, null));
    const body = JSON.stringify({ function: "ping", args: {} });
    const statuses = async () => [
      (await send("added/ctx/user/?user_id=5")).status,
      (await send("added/call/", { method: "POST", body })).status,
    ];
    expect(await statuses()).toEqual([403, 200]);
    added.reset();
    expect(await statuses()).toEqual([404, 404]);
  });

  it("stand beside other handlers", async () => {
    server.use(http.get(`${BASE}health/`, () => HttpResponse.json({ ok: true })));
    expect((await send("health/")).body).toEqual({ ok: true });
  });
});

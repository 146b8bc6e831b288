import { formatHeader, parseHeader } from "@mizan/protocol";
import {
  createClient,
  mizanCall,
  mizanFetch,
  registerContext,
  type Instance,
  type MizanFunction,
} from "@mizan/runtime";
import { record } from "@mizan/runtime/devtools";
import { upload } from "@mizan/runtime/upload";
import { http, HttpResponse } from "msw";
import { setupServer } from "msw/node";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { mizanHandlers, onCall, onContext, problem } from "../src/index.js";
import { faults } from "./faults.js";
import {
  BASE,
  note,
  orders,
  ping,
  schema,
  setPhotos,
  updateName,
  user,
  type Orders,
} from "./shop.js";

let names: Record<number, string> = {};

const mizan = mizanHandlers(schema, [
  onContext(user, ({ user_id }) => ({ user_profile: { name: names[user_id] ?? "nobody" } })),
  onContext(orders, ({ user_id, page = 0 }) => ({ order_rows: [{ id: user_id * 10 + page }] })),
  onContext(note, { note_text: "fixed" }),
  onCall(updateName, ({ user_id, name }) => {
    if (name === "Eve") return problem("app.taken", { data: { by: 6 } });
    names[user_id] = name ?? "";
    return { saved: name ?? "" };
  }),
  onCall(ping, null),
]);
const server = setupServer(...mizan);

beforeAll(() => {
  server.listen({ onUnhandledRequest: "error" });
});
afterEach(() => {
  names = {};
  mizan.reset();
  server.resetHandlers();
});
afterAll(() => {
  server.close();
});

const connected = (options = {}) => createClient({ baseUrl: BASE, held: true, ...options });

/** Sends a request as it is, and reads the reply. */
async function send(path: string, init?: RequestInit) {
  const response = await fetch(BASE + path, init);
  const text = await response.text();
  const body = text === "" ? undefined : (JSON.parse(text) as Record<string, unknown>);
  return { status: response.status, headers: response.headers, body };
}

function call(name: string, args: object, headers = {}) {
  const body = JSON.stringify({ function: name, args });
  return send("call/", { method: "POST", body, headers });
}

/** When an instance is fresh. */
function fresh(instance: Instance): Promise<void> {
  return new Promise((resolve) => {
    const look = (): void => {
      const { status, stale } = instance.getSnapshot();
      if (status !== "success" || stale) return;
      stop();
      resolve();
    };
    const stop = instance.subscribe(look, { enabled: false });
    queueMicrotask(look);
  });
}

describe("a read", () => {
  it("gives what the test says, and the parameters in their types", async () => {
    names[5] = "Ada";
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

describe("a call", () => {
  it("gives the result, and what it made stale", async () => {
    const { status, body, headers } = await call("update_name", { user_id: 5, name: "Ada" });
    expect(status).toBe(200);
    expect(faults("result", body)).toEqual([]);
    const invalidate = [{ context: "user", params: { user_id: 5 } }];
    expect(body).toEqual({ result: { saved: "Ada" }, invalidate });
    expect(headers.get("X-Mizan-Invalidate")).toBe(formatHeader(invalidate));
    expect(headers.get("Cache-Control")).toBe("no-store");
  });

  it("that makes nothing stale has neither header nor member", async () => {
    const { body, headers } = await call("ping", {});
    expect(body).toEqual({ result: null });
    expect(headers.has("X-Mizan-Invalidate")).toBe(false);
  });

  it("makes stale what the test adds; absent parameters widen a target", async () => {
    const params = { user_id: null, page: undefined };
    mizan.use(
      onCall(
        updateName,
        { saved: "" },
        { invalidate: () => ["orders", { context: "note", params }] },
      ),
      onCall(setPhotos, 0),
    );
    const { body, headers } = await call("update_name", { user_id: 5, name: null });
    expect(faults("result", body)).toEqual([]);
    const targets = ["note", "orders", { context: "user", params: { user_id: 5 } }];
    expect(body?.["invalidate"]).toEqual(targets);
    expect(parseHeader(headers.get("X-Mizan-Invalidate") ?? "")).toHaveLength(3);
    expect((await call("set_photos", {})).body?.["invalidate"]).toEqual(["*"]);
    const broad = () => [{ context: "user" }];
    mizan.use(onCall(updateName, () => undefined as never, { invalidate: broad }));
    expect((await call("update_name", { user_id: 5 })).body).toEqual({
      result: null,
      invalidate: ["user"],
    });
  });

  it("refetches what is shown, in one round trip", async () => {
    names[5] = "Ada";
    const client = connected();
    const recorder = record(client);
    const shown = registerContext(client, user, { user_id: 5 });
    const other = registerContext(client, orders, { user_id: 5 });
    shown.subscribe(() => undefined);
    other.subscribe(() => undefined);
    await fresh(shown);
    await fresh(other);
    await mizanCall(client, updateName, { user_id: 5, name: "Bob" });
    expect(shown.getSnapshot()).toMatchObject({
      data: { user_profile: { name: "Bob" } },
      stale: false,
    });
    const sent = recorder.getEvents().filter(({ type }) => type === "request");
    expect(sent).toHaveLength(3);
  });

  it("without held instances is followed by a refetch", async () => {
    names[5] = "Ada";
    const client = connected({ held: false });
    const shown = registerContext(client, user, { user_id: 5 });
    shown.subscribe(() => undefined);
    await fresh(shown);
    await mizanCall(client, updateName, { user_id: 5, name: "Bob" });
    expect(shown.getSnapshot().stale).toBe(true);
    await fresh(shown);
    expect(shown.getSnapshot().data).toEqual({ user_profile: { name: "Bob" } });
  });

  it("leaves out of `fresh` what fails, is not stale, or cannot be read", async () => {
    const args = { user_id: 5, name: "Bob" };
    const held = "user;user_id=5, user;user_id=6, orders;page=1;user_id=5";
    const first = await call("update_name", args, { "X-Mizan-Held": held });
    expect(faults("result", first.body)).toEqual([]);
    expect(first.body?.["fresh"]).toEqual([
      { context: "user", params: { user_id: 5 }, data: { user_profile: { name: "Bob" } } },
    ]);
    const broken = await call("update_name", args, { "X-Mizan-Held": "user;user_id=x" });
    expect(broken.body).not.toHaveProperty("fresh");
    const unread = await call("update_name", args, { "X-Mizan-Held": "*" });
    expect(unread).toMatchObject({ status: 200, body: { result: { saved: "Bob" } } });
    expect(unread.body).not.toHaveProperty("fresh");
    mizan.use(onCall(updateName, { saved: "" }, { invalidate: () => ["*"] }));
    const unknown = await call("update_name", args, { "X-Mizan-Held": "nothing" });
    expect(unknown.body).not.toHaveProperty("fresh");
  });

  it("is refused with the status that the function declares", async () => {
    const { status, body } = await call("update_name", { user_id: 5, name: "Eve" });
    expect(status).toBe(409);
    expect(faults("error", body)).toEqual([]);
    expect(body).toMatchObject({ code: "app.taken", data: { by: 6 }, title: "Conflict" });
    await expect(
      mizanCall(connected(), updateName, { user_id: 5, name: "Eve" }),
    ).rejects.toMatchObject({ code: "app.taken", status: 409 });
    mizan.use(onCall(updateName, problem("app.taken", { status: 418 })));
    expect(await call("update_name", { user_id: 5, name: "" })).toMatchObject({
      status: 418,
      body: { title: "Error" },
    });
  });

  it("carries the arguments that were refused", async () => {
    const errors = [{ pointer: "/name", code: "too_short", detail: "Give a name." }];
    mizan.use(onCall(updateName, problem("validation", { errors, detail: "Not valid." })));
    const { body } = await call("update_name", { user_id: 5, name: "" });
    expect(faults("error", body)).toEqual([]);
    await expect(
      mizanCall(connected(), updateName, { user_id: 5, name: "" }),
    ).rejects.toMatchObject({ status: 422, errors });
  });

  it("whose reply is lost makes stale what it affects", async () => {
    const client = connected();
    const shown = registerContext(client, user, { user_id: 5 });
    shown.subscribe(() => undefined);
    await fresh(shown);
    mizan.use(
      onCall(updateName, ({ user_id, name }) => {
        names[user_id] = name ?? "";
        return HttpResponse.error();
      }),
    );
    await expect(mizanCall(client, updateName, { user_id: 5, name: "Bob" })).rejects.toMatchObject({
      code: "client.network",
    });
    await fresh(shown);
    expect(shown.getSnapshot().data).toEqual({ user_profile: { name: "Bob" } });
  });

  it("takes files, one or several for an argument", async () => {
    let given: object = {};
    mizan.use(
      onCall(setPhotos, async ({ user_id, cover, photos }) => {
        given = { user_id, cover: await cover.text(), count: photos.length };
        return photos.length;
      }),
    );
    const photo = (text: string) => new Blob([text], { type: "image/png" });
    const args = { user_id: 5, cover: photo("front"), photos: [photo("a")] };
    expect(await mizanCall(connected(), setPhotos, args)).toBe(1);
    expect(given).toEqual({ user_id: 5, cover: "front", count: 1 });
  });

  it("takes files of a function whose input has no name", async () => {
    const properties = { files: { type: "array" } };
    const { set_photos } = schema.functions;
    const functions = { send: { ...set_photos, input: { type: "object", properties } } };
    const send: MizanFunction<{ files: Blob[]; note: Blob }, number> = {
      name: "send",
      encode: upload,
    };
    server.use(
      ...mizanHandlers({ base_url: `${BASE}own/`, contexts: {}, functions }, [
        onCall(send, async ({ files, note: text }) => files.length + (await text.text()).length),
      ]),
    );
    const client = connected({ baseUrl: `${BASE}own/` });
    const args = { files: [new Blob(["a"])], note: new Blob(["four"]) };
    expect(await mizanCall(client, send, args)).toBe(5);
    await expect(mizanCall(client, { ...send, name: "lost" }, args)).rejects.toMatchObject({
      code: "not_found",
    });
  });

  it.each(["nonsense", "[]", '{"args": {}}', '{"function": "ping", "args": 5}'])(
    "with the body %s is malformed",
    async (body) => {
      const reply = await send("call/", { method: "POST", body });
      expect(reply).toMatchObject({ status: 400, body: { code: "malformed" } });
      expect(faults("error", reply.body)).toEqual([]);
    },
  );

  it("of what is no function, or only read, is not found", async () => {
    for (const name of ["user_profile", "nothing"]) {
      expect((await call(name, {})).body).toMatchObject({
        code: "not_found",
        detail: `There is no function ${name} to be called.`,
      });
    }
  });

  it("that throws says what", async () => {
    mizan.use(
      onCall(ping, () => {
        throw new Error("a mistake of the test");
      }),
    );
    expect((await call("ping", {})).body).toMatchObject({
      status: 500,
      code: "internal",
      detail: "Error: a mistake of the test",
    });
    mizan.use(
      onCall(updateName, () => {
        throw problem("app.other");
      }),
    );
    const { body } = await call("update_name", { user_id: 5, name: "" });
    expect(body?.["detail"]).toContain('give problem("app.other", { status })');
    mizan.use(
      onCall(ping, () => {
        throw problem("csrf");
      }),
    );
    expect((await call("ping", {})).status).toBe(403);
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

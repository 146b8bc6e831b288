import { formatHeader, parseHeader } from "@mizan/protocol";
import { mizanCall, registerContext, type MizanFunction } from "@mizan/runtime";
import { record } from "@mizan/runtime/devtools";
import { upload } from "@mizan/runtime/upload";
import { HttpResponse } from "msw";
import { describe, expect, it } from "vitest";
import { mizanHandlers, onCall, problem } from "../src/index.js";
import { faults } from "./faults.js";
import { call, connected, fresh, mizan, names, send, server } from "./handled.js";
import { BASE, orders, ping, schema, setPhotos, updateName, user } from "./shop.js";

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
    names.set(5, "Ada");
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
    names.set(5, "Ada");
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
        names.set(user_id, name ?? "");
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

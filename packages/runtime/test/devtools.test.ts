import { describe, expect, it, vi } from "vitest";
import { record } from "../src/devtools.js";
import { createClient, invalidate, mizanCall, registerContext } from "../src/index.js";
import { network, problem, settled } from "./fake.js";

function page(limit?: number) {
  const net = network();
  const client = createClient({ baseUrl: "/api/", fetch: net.fetch });
  const recorder = record(client, limit === undefined ? {} : { limit });
  const user = registerContext(client, { name: "user" }, {});
  return { net, client, recorder, user };
}

const slice = { context: "user", params: {}, data: 3 };

describe("record", () => {
  it("says what was fetched, why, and what became of it", async () => {
    const { net, client, recorder, user } = page();
    user.subscribe(() => undefined);
    await settled();
    invalidate(client, "user", "by hand");
    await net.last().reply(1, { headers: { "Cache-Status": "mizan; hit" } });
    const read = net.last();
    void mizanCall(client, "set", {}, { held: true });
    await net.last().reply({ result: 1, invalidate: ["user"] });
    await read.reply(...problem("forbidden", 403));
    await net.last().reply(2);
    expect(recorder.getEvents()).toMatchObject([
      { type: "request", id: 1, path: "ctx/user/", reason: "mount", held: undefined },
      { type: "invalidate", targets: ["user"], source: "by hand" },
      {
        type: "reply",
        id: 1,
        status: 200,
        landing: "stale",
        headers: { "cache-status": "mizan; hit" },
      },
      { type: "request", id: 2, reason: "by hand" },
      { type: "request", id: 3, path: "call/", reason: "set", held: "user" },
      { type: "reply", id: 3, landing: undefined },
      { type: "invalidate", source: "set" },
      { type: "reply", id: 2, status: 403, landing: "error" },
      { type: "request", id: 4, reason: "set" },
      { type: "reply", id: 4, landing: "shown" },
    ]);
  });

  it("says what became of fresh data", async () => {
    const { net, client, recorder, user } = page();
    user.subscribe(() => undefined);
    await settled();
    const read = net.last();
    void mizanCall(client, "set", {}, { held: true });
    const other = { ...slice, params: { page: 1 } };
    await net.last().reply({ result: 1, invalidate: ["user"], fresh: [slice, other] });
    await read.reply(1);
    await vi.waitFor(() => {
      expect(recorder.getEvents().filter(({ type }) => type === "fresh")).toMatchObject([
        { key: "user/", used: true },
        { key: "user/?page=1", used: false },
      ]);
    });
    expect(recorder.getEvents()).toMatchObject(
      expect.arrayContaining([
        expect.objectContaining({ type: "reply", landing: "dropped" }),
      ]) as object,
    );
  });

  it("says that no reply came, and of a call with files which it was", async () => {
    const { net, client, recorder } = page();
    const form = new FormData();
    form.set("call", JSON.stringify({ function: "add" }));
    const failed = expect(
      mizanCall(client, { name: "add", encode: () => form }, {}),
    ).rejects.toBeDefined();
    await net.last().fail();
    await failed;
    void mizanCall(client, { name: "odd", encode: () => new Blob() }, {});
    expect(recorder.getEvents()).toMatchObject([
      { type: "request", reason: "add" },
      { type: "reply", status: 0, headers: {} },
      { type: "invalidate", source: "add (lost)" },
      { type: "request", reason: "call" },
    ]);
  });

  it("says that a read had no reply", async () => {
    const { net, recorder, user } = page();
    user.subscribe(() => undefined);
    await settled();
    await net.last().fail();
    expect(recorder.getEvents().at(-1)).toMatchObject({ status: 0, landing: "error" });
  });

  it("keeps the latest, tells who listens, and can be cleared and ended", () => {
    const { client, recorder } = page(2);
    const listener = vi.fn();
    const stop = recorder.subscribe(listener);
    for (const context of ["a", "b", "c"]) invalidate(client, context);
    expect(recorder.getEvents()).toMatchObject([{ targets: ["b"] }, { targets: ["c"] }]);
    expect(recorder.getEvents()).toBe(recorder.getEvents());
    recorder.clear();
    expect(recorder.getEvents()).toEqual([]);
    expect(listener).toHaveBeenCalledTimes(4);
    stop();
    recorder.stop();
    invalidate(client, "a");
    void mizanCall(client, "x", {});
    expect(recorder.getEvents()).toEqual([]);
    expect(listener).toHaveBeenCalledTimes(4);
  });
});

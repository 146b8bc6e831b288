import { parseHeld } from "@mizan/protocol";
import { describe, expect, it, vi } from "vitest";
import { identify } from "../src/canonical.js";
import { createClient, invalidate, mizanCall, registerContext } from "../src/index.js";
import { writeHeld } from "../src/held.js";
import { network, settled } from "./fake.js";
import { vectors } from "./vectors.js";

interface Named {
  readonly context: string;
  readonly params: object;
}

describe("writeHeld", () => {
  const known = vectors("held-format").flatMap(({ id, input, expect: { ok } }) => {
    const { instances } = input as { instances: Named[] };
    const keys = instances.map(({ context: name, params }) => identify({ name }, params).key);
    // A store has no instance twice.
    return ok && new Set(keys).size === keys.length ? [[id, instances, ok] as const] : [];
  });

  it("has vectors", () => {
    expect(known.length).toBeGreaterThan(10);
  });

  it.each(known)("agrees with %s", (_, instances, ok) => {
    const all = instances.map(({ context: name, params }) => identify({ name }, params));
    const [field, named] = writeHeld(all);
    expect({ field }).toEqual(ok);
    expect(parseHeld(field).length).toBe(named.length);
  });
});

function page(held?: boolean) {
  const net = network();
  const client = createClient({
    baseUrl: "/api/",
    fetch: net.fetch,
    ...(held !== undefined && { held }),
  });
  const user = { name: "user" };
  const shown = (context: string, params: object) => {
    const instance = registerContext(client, { name: context }, params as never);
    instance.subscribe(() => undefined);
    return instance;
  };
  const slice = (data: unknown, params: object = { user_id: 5 }) => ({
    context: "user",
    params,
    data,
  });
  return { net, client, user, shown, slice };
}

describe("held", () => {
  it("sends what is mounted, first what the function affects", async () => {
    const { net, client, shown } = page();
    shown("aside", {});
    shown("user", { user_id: 6 });
    shown("user", { user_id: 5 });
    void mizanCall(client, "any", {});
    expect(net.last().headers.get("X-Mizan-Held")).toBe("aside, user;user_id=6, user;user_id=5");
    const affects = () => [{ context: "user", params: { user_id: 5 } }];
    void mizanCall(client, { name: "set", affects }, {});
    expect(net.last().headers.get("X-Mizan-Held")).toBe("user;user_id=5, aside, user;user_id=6");
    await settled();
  });

  it("sends nothing where nothing is mounted, where a setting or a call says so", () => {
    const { net, client, shown } = page();
    registerContext(client, { name: "user" }, {}).subscribe(() => undefined, { enabled: false });
    void mizanCall(client, "any", {});
    expect(net.last().headers.has("X-Mizan-Held")).toBe(false);
    shown("user", {});
    void mizanCall(client, "any", {}, { held: false });
    expect(net.last().headers.has("X-Mizan-Held")).toBe(false);
    const off = page(false);
    off.shown("user", {});
    void mizanCall(off.client, "any", {});
    expect(off.net.last().headers.has("X-Mizan-Held")).toBe(false);
  });

  it("sends it to another origin only when told to", () => {
    for (const [held, is] of [
      [undefined, false],
      [true, true],
    ] as const) {
      const net = network();
      const client = createClient({
        baseUrl: "https://b.test/",
        fetch: net.fetch,
        ...(held && { held }),
      });
      registerContext(client, { name: "user" }, {}).subscribe(() => undefined);
      void mizanCall(client, "any", {});
      expect(net.last().headers.has("X-Mizan-Held")).toBe(is);
    }
  });

  it("shows fresh data at once, without another request", async () => {
    const { net, client, shown, slice } = page();
    const instance = shown("user", { user_id: 5 });
    await settled();
    await net.last().reply("1");
    const call = mizanCall(client, "set", {});
    await net.last().reply({ result: null, invalidate: ["user"], fresh: [slice(2)] });
    await call;
    expect(instance.getSnapshot()).toMatchObject({ data: 2, stale: false, isFetching: false });
    await settled();
    expect(net.sent).toHaveLength(2);
  });

  it("drops the fetch that it overtook", async () => {
    const { net, client, shown, slice } = page();
    const instance = shown("user", { user_id: 5 });
    await settled();
    const read = net.last();
    void mizanCall(client, "set", {});
    await net.last().reply({ result: null, invalidate: ["user"], fresh: [slice(2)] });
    expect(instance.getSnapshot()).toMatchObject({ data: 2, isFetching: true });
    await read.reply("1");
    expect(instance.getSnapshot()).toMatchObject({ data: 2, isFetching: false, stale: false });
    expect(net.sent).toHaveLength(2);
  });

  it("fetches where something touched the instance in between", async () => {
    for (const touch of ["invalidation", "call", "fetch"]) {
      const { net, client, shown, slice } = page();
      const instance = shown("user", { user_id: 5 });
      await settled();
      const read = net.last();
      void mizanCall(client, "set", {});
      const first = net.last();
      if (touch === "fetch") await read.reply("1");
      if (touch === "invalidation") invalidate(client, "user");
      if (touch === "call") {
        void mizanCall(client, "set", {});
        await net.last().reply({ result: null, invalidate: ["user"], fresh: [slice(3)] });
      }
      const before = net.sent.length;
      await first.reply({ result: null, invalidate: ["user"], fresh: [slice(2)] });
      expect(instance.getSnapshot().data).not.toBe(2);
      await read.reply("1");
      expect(net.sent.length).toBe(before + 1);
      await net.last().reply("4");
      expect(instance.getSnapshot()).toMatchObject({ data: 4, stale: false });
    }
  });

  it("ignores slices of what was not sent, and of what is gone", async () => {
    const { net, client, shown, slice } = page();
    const instance = shown("user", { user_id: 5 });
    await settled();
    await net.last().reply("1");
    void mizanCall(client, "set", {}, { held: true });
    const call = net.last();
    const late = shown("user", { user_id: 6 });
    await settled();
    client.instances.delete("user/?user_id=5");
    await call.reply({
      result: null,
      fresh: [slice(2), slice(2, { user_id: 6 }), slice(2, { user_id: 7 })],
    });
    expect(instance.getSnapshot().status).toBe("pending");
    expect(late.getSnapshot().status).toBe("pending");
  });

  it("takes a reply whose slices make no sense for a lost one", async () => {
    const { net, client, shown } = page();
    const instance = shown("user", { user_id: 5 });
    await settled();
    await net.last().reply("1");
    const failed = vi.fn();
    mizanCall(client, "set", {}).catch(failed);
    await net.last().reply({ result: null, invalidate: [], fresh: [null] });
    expect(failed).toHaveBeenCalled();
    expect(instance.getSnapshot().stale).toBe(true);
  });
});

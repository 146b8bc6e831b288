import { afterEach, describe, expect, it, vi } from "vitest";
import {
  createClient,
  invalidate,
  observe,
  prefetch,
  registerContext,
  reset,
  type MizanEvent,
} from "../src/index.js";
import { on } from "../src/client.js";
import { network, problem, settled } from "./fake.js";

function page(options: object = {}) {
  const net = network();
  const client = createClient({ baseUrl: "/api/", fetch: net.fetch, ...options });
  const user = registerContext(client, { name: "user" }, { user_id: 5 });
  return { net, client, user };
}

afterEach(() => {
  vi.unstubAllGlobals();
});

describe("a fetch that an invalidation overtakes", () => {
  it("on first load is shown as stale, and another follows", async () => {
    const { net, client, user } = page();
    user.subscribe(() => undefined);
    await settled();
    invalidate(client, { context: "user", params: { user_id: "5" } });
    await settled();
    expect(net.sent).toHaveLength(1);
    await net.last().reply({ v: 1 });
    expect(user.getSnapshot()).toMatchObject({ data: { v: 1 }, stale: true, isFetching: true });
    expect(net.sent).toHaveLength(2);
    await net.last().reply({ v: 2 });
    expect(user.getSnapshot()).toMatchObject({ data: { v: 2 }, stale: false, isFetching: false });
    expect(net.sent).toHaveLength(2);
  });

  it("on a prefetch is fetched again before the prefetch is over", async () => {
    const { net, client, user } = page();
    const done = vi.fn();
    void prefetch(client, { name: "user" }, { user_id: 5 }).then(done);
    await settled();
    invalidate(client, "user");
    await net.last().reply({ v: 1 });
    expect(done).not.toHaveBeenCalled();
    await net.last().reply({ v: 2 });
    expect(done).toHaveBeenCalled();
    expect(user.getSnapshot()).toMatchObject({ data: { v: 2 }, stale: false });
  });

  it("on a refetch is followed by one more, however many invalidations there were", async () => {
    const { net, client, user } = page();
    user.subscribe(() => undefined);
    await settled();
    await net.last().reply({ v: 1 });
    invalidate(client, "user");
    await settled();
    invalidate(client, "user");
    await settled();
    invalidate(client, "*");
    await settled();
    expect(net.sent).toHaveLength(2);
    await net.last().reply({ v: 2 });
    expect(user.getSnapshot()).toMatchObject({ data: { v: 2 }, stale: true });
    expect(net.sent).toHaveLength(3);
    await net.last().reply({ v: 3 });
    expect(user.getSnapshot()).toMatchObject({ data: { v: 3 }, stale: false, generation: 3 });
  });

  it("of an unmounted instance leaves it stale until it is mounted", async () => {
    const { net, client, user } = page();
    const stop = user.subscribe(() => undefined);
    await settled();
    stop();
    invalidate(client, "user");
    await net.last().reply({ v: 1 });
    expect(user.getSnapshot()).toMatchObject({ data: { v: 1 }, stale: true, isFetching: false });
    expect(net.sent).toHaveLength(1);
    user.subscribe(() => undefined);
    await settled();
    await net.last().reply({ v: 2 });
    expect(user.getSnapshot()).toMatchObject({ data: { v: 2 }, stale: false });
  });

  it("and that fails is followed by another", async () => {
    const { net, client, user } = page();
    user.subscribe(() => undefined);
    await settled();
    invalidate(client, "user");
    await net.last().fail();
    expect(user.getSnapshot()).toMatchObject({ status: "error", isFetching: true });
    await net.last().reply({ v: 2 });
    expect(user.getSnapshot()).toMatchObject({ status: "success", error: undefined });
  });
});

describe("a fetch", () => {
  it("begins once for all that is asked in one turn", async () => {
    const { net, client, user } = page();
    user.subscribe(() => undefined);
    user.subscribe(() => undefined);
    const other = registerContext(client, { name: "list" }, {});
    other.subscribe(() => undefined);
    invalidate(client, "user");
    invalidate(client, "*");
    await settled();
    expect(net.sent.map(({ url }) => url)).toEqual(["/api/ctx/user/?user_id=5", "/api/ctx/list/"]);
  });

  it("that failed leaves the data and the error", async () => {
    const { net, client, user } = page();
    user.subscribe(() => undefined);
    await settled();
    await net.last().reply({ v: 1 });
    invalidate(client, "user");
    await settled();
    await net.last().reply(...problem("forbidden", 403));
    expect(user.getSnapshot()).toMatchObject({
      data: { v: 1 },
      status: "error",
      stale: true,
      isFetching: false,
      error: { code: "forbidden" },
    });
    expect(net.sent).toHaveLength(2);
  });

  it("goes by POST where the URL has more than 4,096 characters from its path on", async () => {
    for (const [length, baseUrl, method] of [
      [4096, "/api/", "GET"],
      [4097, "/api/", "POST"],
      [4096, "https://shop.test/api/", "GET"],
      [4097, "https://shop.test/api/", "POST"],
    ] as const) {
      const { net, client } = page({ baseUrl });
      const q = "a".repeat(length - "/api/ctx/find/?q=".length);
      registerContext(client, { name: "find" }, { q }).subscribe(() => undefined);
      await settled();
      expect(net.last().method).toBe(method);
      if (method === "POST") {
        expect(net.last()).toMatchObject({ url: `${baseUrl}ctx/find/`, body: { q } });
      }
    }
  });

  it("that takes too long has failed", async () => {
    const { user } = page({ timeout: 1 });
    const failed = new Promise<void>((resolve) => {
      user.subscribe(() => {
        if (user.getSnapshot().status === "error") resolve();
      });
    });
    await failed;
    expect(user.getSnapshot().error?.code).toBe("client.timeout");
  });
});

describe("invalidate", () => {
  it("leaves what is not meant as it is, the same object", async () => {
    const { net, client, user } = page();
    user.subscribe(() => undefined);
    await settled();
    await net.last().reply({ v: 1 });
    const before = user.getSnapshot();
    invalidate(client, [{ context: "user", params: { user_id: 6 } }, "list"]);
    invalidate(client, []);
    await settled();
    expect(user.getSnapshot()).toBe(before);
    expect(net.sent).toHaveLength(1);
  });

  it("tells who listens", () => {
    const { client } = page();
    const events: MizanEvent[] = [];
    const stop = on(client, (event) => events.push(event));
    invalidate(client, "user", "by hand");
    invalidate(client, []);
    reset(client);
    stop();
    invalidate(client, "user");
    expect(events).toEqual([
      { type: "invalidate", targets: ["user"], source: "by hand" },
      { type: "reset" },
    ]);
  });
});

describe("observe", () => {
  it("believes the header of a response", async () => {
    const { net, client, user } = page();
    user.subscribe(() => undefined);
    await settled();
    await net.last().reply({ v: 1 });
    observe(client, new Response());
    expect(user.getSnapshot().stale).toBe(false);
    observe(client, new Response(null, { headers: { "X-Mizan-Invalidate": "user;user_id=5" } }));
    expect(user.getSnapshot().stale).toBe(true);
  });

  it("takes what it cannot read for everything", () => {
    const { client, user } = page();
    user.subscribe(() => undefined);
    observe(client, new Response(null, { headers: { "X-Mizan-Invalidate": "?!" } }));
    expect(user.getSnapshot().stale).toBe(true);
  });
});

describe("reset", () => {
  it("forgets everything, ends what is fetched, and fetches what is mounted", async () => {
    const { net, client, user } = page();
    const other = registerContext(client, { name: "list" }, {});
    other.subscribe(() => undefined)();
    user.subscribe(() => undefined);
    await prefetchAll(net);
    invalidate(client, "user");
    await settled();
    const old = net.last();
    reset(client);
    expect(user.getSnapshot()).toMatchObject({ data: undefined, status: "pending" });
    expect(other.getSnapshot().data).toBeUndefined();
    expect(old.init.signal?.aborted).toBe(true);
    await settled();
    expect(net.last()).not.toBe(old);
    await old.reply({ v: "of somebody else" });
    expect(user.getSnapshot().data).toBeUndefined();
    await net.last().reply({ v: 2 });
    expect(user.getSnapshot().data).toEqual({ v: 2 });
  });
});

async function prefetchAll(net: ReturnType<typeof network>): Promise<void> {
  await settled();
  for (const each of net.sent) await each.reply({ v: 1 });
}

import { describe, expect, it, vi } from "vitest";
import { createClient, registerContext } from "../src/index.js";
import { network, settled } from "./fake.js";

function page(options: object = {}) {
  const net = network();
  const client = createClient({ baseUrl: "/api/", fetch: net.fetch, ...options });
  return { net, client, user: registerContext(client, { name: "user" }, { user_id: 5 }) };
}

describe("registerContext", () => {
  it("stores and fetches nothing by itself", async () => {
    const { net, client, user } = page();
    expect(user).toMatchObject({ key: "user/?user_id=5", context: "user", params: { user_id: 5 } });
    expect(user.getSnapshot()).toBe(user.getSnapshot());
    expect(user.getSnapshot()).toMatchObject({ status: "pending", isFetching: false });
    await settled();
    expect(client.instances.size).toBe(0);
    expect(net.sent).toHaveLength(0);
  });

  it("shares one state among equal parameters", async () => {
    const { net, client, user } = page();
    user.subscribe(() => undefined);
    await settled();
    await net.last().reply(1);
    const same = registerContext(client, { name: "user" }, { user_id: "5" });
    expect(same.getSnapshot()).toBe(user.getSnapshot());
  });

  it("keeps two clients apart", async () => {
    const [one, two] = [page(), page()];
    one.user.subscribe(() => undefined);
    await settled();
    await one.net.last().reply(1);
    expect(two.user.getSnapshot().status).toBe("pending");
  });
});

describe("subscribe", () => {
  it("tells until it is ended, each listener as often as it listens", async () => {
    const { net, user } = page();
    const listener = vi.fn();
    const [first, second] = [user.subscribe(listener), user.subscribe(listener)];
    await settled();
    expect(listener).toHaveBeenCalledTimes(2);
    first();
    first();
    await net.last().reply(1);
    expect(listener).toHaveBeenCalledTimes(3);
    second();
  });

  it("does not fetch what is not enabled", async () => {
    const { net, user } = page();
    const stop = user.subscribe(() => undefined, { enabled: false });
    await settled();
    stop();
    expect(net.sent).toHaveLength(0);
  });

  it("does not fetch what was mounted and unmounted at once", async () => {
    const { net, user } = page();
    user.subscribe(() => undefined)();
    await settled();
    expect(net.sent).toHaveLength(0);
    user.subscribe(() => undefined);
    await settled();
    expect(net.sent).toHaveLength(1);
  });

  it("fetches what is old when it is mounted", async () => {
    const now = vi.spyOn(Date, "now").mockReturnValue(1_000);
    const { net, user } = page({ staleTime: 1000 });
    const sent = async (at: number, staleTime?: number): Promise<number> => {
      now.mockReturnValue(at);
      user.subscribe(() => undefined, { staleTime });
      await settled();
      return net.sent.length;
    };
    expect(await sent(1_000)).toBe(1);
    await net.last().reply(1);
    expect([await sent(1_999), await sent(1_999, 1001), await sent(1_999, 10)]).toEqual([1, 1, 2]);
    await net.last().reply(1);
    expect([await sent(2_998), await sent(2_999)]).toEqual([2, 3]);
    now.mockRestore();
  });
});

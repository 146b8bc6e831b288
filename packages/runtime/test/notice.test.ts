import { describe, expect, it, vi } from "vitest";
import { createClient, invalidate, mizanCall, registerContext } from "../src/index.js";
import { network, problem, settled } from "./fake.js";

function page(options: object = {}) {
  const net = network();
  const client = createClient({ baseUrl: "/api/", fetch: net.fetch, ...options });
  const shown = (name: string, params: object = {}) => {
    const instance = registerContext(client, { name }, params as never);
    instance.subscribe(() => undefined);
    return instance;
  };
  return { net, client, shown };
}

describe("identity_mismatch", () => {
  it("of a read forgets everything and begins anew, once", async () => {
    const { net, shown } = page();
    const [user, list] = [shown("user"), shown("list")];
    await settled();
    const [first, second] = net.sent;
    await second?.reply({ v: "of somebody else" });
    await first?.reply(...problem("identity_mismatch", 401));
    expect(list.getSnapshot().data).toBeUndefined();
    expect(net.sent.map(({ url }) => url).slice(2)).toEqual(["/api/ctx/user/", "/api/ctx/list/"]);
    await net.sent[3]?.reply({ v: 1 });
    await net.sent[2]?.reply(...problem("identity_mismatch", 401));
    expect(user.getSnapshot()).toMatchObject({
      status: "error",
      error: { code: "identity_mismatch" },
    });
    expect(list.getSnapshot().data).toEqual({ v: 1 });
    expect(net.sent).toHaveLength(4);
  });

  it("is noticed again when it was well in between", async () => {
    const { net, client, shown } = page();
    shown("user");
    await settled();
    await net.last().reply(...problem("identity_mismatch", 401));
    await net.last().reply({ v: 1 });
    invalidate(client, "*");
    await settled();
    await net.last().reply(...problem("identity_mismatch", 401));
    expect(net.sent).toHaveLength(4);
  });

  it("of a call forgets everything, each time", async () => {
    const { net, client, shown } = page();
    const user = shown("user");
    for (const time of [1, 2]) {
      await settled();
      await net.last().reply({ time });
      expect(user.getSnapshot().data).toEqual({ time });
      const failed = expect(mizanCall(client, "x", {})).rejects.toMatchObject({ status: 401 });
      await net.last().reply(...problem("identity_mismatch", 401));
      await failed;
      expect(user.getSnapshot().data).toBeUndefined();
    }
  });
});

describe("another spelling", () => {
  it("makes every target of the context match, from the first reply on", async () => {
    const { net, client, shown } = page();
    const user = shown("user", { id: "ABC" });
    await settled();
    const headers = { "Content-Location": "/api/ctx/user/?id=abc" };
    await net.last().reply({ v: 1 }, { headers });
    expect(user.getSnapshot()).toMatchObject({ data: { v: 1 }, stale: true, isFetching: true });
    await net.last().reply({ v: 1 }, { headers });
    expect(user.getSnapshot()).toMatchObject({ stale: false, isFetching: false });
    invalidate(client, { context: "user", params: { id: "abc" } });
    expect(user.getSnapshot().stale).toBe(true);
  });

  it("of what nobody has is nothing", async () => {
    const { net, client } = page();
    const done = mizanCall(client, "x", {});
    await net.last().reply({ result: 1 }, { headers: { "Content-Location": "/x/" } });
    expect(await done).toBe(1);
  });
});

describe("another schema", () => {
  const reply = async (
    net: ReturnType<typeof network>,
    client: ReturnType<typeof page>["client"],
    digest: string,
  ) => {
    const done = mizanCall(client, "x", {});
    await net.last().reply({ result: 1 }, { headers: digest ? { "X-Mizan-Schema": digest } : {} });
    await done;
  };

  it("is told once", async () => {
    const onSkew = vi.fn<(digest: string) => void>();
    const { net, client } = page({ schema: "a", onSkew });
    for (const digest of ["a", "", "b", "b", "c"]) await reply(net, client, digest);
    expect(onSkew.mock.calls.flat()).toEqual(["b", "c"]);
  });

  it("is nobody's business without a schema or a listener", async () => {
    const onSkew = vi.fn();
    const without = page({ onSkew });
    await reply(without.net, without.client, "b");
    const deaf = page({ schema: "a" });
    await reply(deaf.net, deaf.client, "b");
    expect(onSkew).not.toHaveBeenCalled();
  });
});

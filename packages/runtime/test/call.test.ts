import { afterEach, describe, expect, it, vi } from "vitest";
import {
  createClient,
  mizanCall,
  registerContext,
  type Client,
  type Instance,
  type MizanFunction,
} from "../src/index.js";
import { network, problem, settled, type Network } from "./fake.js";

async function page(options: object = {}) {
  const net = network();
  const client = createClient({ baseUrl: "/api/", fetch: net.fetch, ...options });
  const shown = (name: string, params: object): Instance => {
    const instance = registerContext(client, { name }, params as never);
    instance.subscribe(() => undefined);
    return instance;
  };
  const five = shown("user", { user_id: 5 });
  const six = shown("user", { user_id: 6 });
  const list = shown("list", {});
  await settled();
  for (const each of net.sent) await each.reply({ v: 1 });
  net.sent.length = 0;
  return { net, client, five, six, list, stale: () => stale(five, six, list) };
}

function stale(...instances: Instance[]): string[] {
  return instances.filter((each) => each.getSnapshot().stale).map(({ key }) => key);
}

function outcomes(client: Client, fn: MizanFunction | string, args = {}, options = {}) {
  const onOutcome = vi.fn<(outcome: string) => void>();
  const call = mizanCall(client, fn, args, { onOutcome, ...options });
  const failed = call.catch((error: unknown) => error);
  return { call, failed, heard: () => onOutcome.mock.calls.flat() };
}

const setUser: MizanFunction<{ user_id: number }, number> = {
  name: "set_user",
  affects: ({ user_id }) => [{ context: "user", params: { user_id } }],
};

const urls = (net: Network): string[] => net.sent.map(({ url }) => url);

afterEach(() => {
  vi.unstubAllGlobals();
});

describe("mizanCall", () => {
  it("returns the result and fetches what the reply says, each once", async () => {
    const { net, client } = await page();
    const call = mizanCall(client, setUser, { user_id: 5 });
    expect(net.last()).toMatchObject({
      url: "/api/call/",
      body: { function: "set_user", args: { user_id: 5 } },
    });
    const target = { context: "user", params: { user_id: 5 } };
    await net.last().reply({ result: 7, invalidate: [target, { ...target, function: "orders" }] });
    expect(await call).toBe(7);
    await settled();
    expect(urls(net)).toEqual(["/api/call/", "/api/ctx/user/?user_id=5"]);
  });

  it("changes nothing where the reply says nothing", async () => {
    const { net, client, stale } = await page();
    const call = mizanCall(client, "ping", {});
    await net.last().reply({ result: null });
    expect(await call).toBeNull();
    expect(stale()).toEqual([]);
    const odd = mizanCall(client, "ping", {});
    await net.last().reply("null");
    expect(await odd).toBeUndefined();
  });

  it("reads the header where the body has no targets", async () => {
    const { net, client, stale } = await page();
    void mizanCall(client, "x", {});
    await net.last().reply({ result: 1 }, { headers: { "X-Mizan-Invalidate": "list" } });
    expect(stale()).toEqual(["list/"]);
  });

  it("takes targets that it cannot read for everything", async () => {
    const { net, client, stale } = await page();
    void mizanCall(client, "x", {});
    await net.last().reply({ result: 1, invalidate: [{ tag: "user" }] });
    expect(stale()).toHaveLength(3);
  });

  it.each(["network", "status", "no JSON", "408"])(
    "makes what it affects stale when the reply is lost: %s",
    async (how) => {
      const { net, client, stale } = await page();
      const { failed, heard } = outcomes(client, setUser as MizanFunction, { user_id: 5 });
      if (how === "network") await net.last().fail();
      else if (how === "status") await net.last().reply(...problem("internal", 500));
      else if (how === "408") await net.last().reply("", { status: 408 });
      else await net.last().reply("<html>");
      const codes = { network: "client.network", status: "internal" } as Record<string, string>;
      expect(await failed).toMatchObject({ code: codes[how] ?? "client.reply" });
      expect(heard()).toEqual(["lost"]);
      expect(stale()).toEqual(["user/?user_id=5"]);
    },
  );

  it("makes everything stale when the reply of an unknown function is lost", async () => {
    const { net, client, stale } = await page();
    const { failed } = outcomes(client, "x");
    await net.last().fail();
    await failed;
    expect(stale()).toHaveLength(3);
  });

  it("believes a refusal, and what its header says", async () => {
    const { net, client, stale } = await page();
    const { failed, heard } = outcomes(client, "x");
    const [body, init] = problem("app.sold_out", 409);
    await net.last().reply(body, { ...init, headers: { "X-Mizan-Invalidate": "list" } });
    expect(await failed).toMatchObject({ code: "app.sold_out", status: 409 });
    expect(heard()).toEqual(["refused"]);
    expect(stale()).toEqual(["list/"]);
  });

  it("stops waiting in time; a late reply still says what is stale", async () => {
    const { net, client, stale, five } = await page();
    const { failed, heard } = outcomes(
      client,
      setUser as MizanFunction,
      { user_id: 5 },
      { timeout: 1 },
    );
    expect(await failed).toMatchObject({ code: "client.timeout" });
    expect(stale()).toEqual(["user/?user_id=5"]);
    const [late, again] = net.sent;
    expect(late?.init.signal ?? null).toBeNull();
    await again?.reply({ v: 2 });
    expect(five.getSnapshot()).toMatchObject({ data: { v: 2 }, stale: false });
    await late?.reply({ result: 1, invalidate: ["user"] });
    expect(heard()).toEqual(["lost", "done"]);
    expect(stale()).toHaveLength(2);
  });

  it("stops waiting when it is told to", async () => {
    const { net, client, stale } = await page();
    const controller = new AbortController();
    const { signal } = controller;
    const { failed } = outcomes(client, "x", {}, { signal });
    const reason = new Error("Enough.");
    controller.abort(reason);
    expect(await failed).toBe(reason);
    expect(stale()).toHaveLength(3);
    await settled();
    net.sent.length = 0;
    const before = outcomes(client, "x", {}, { signal });
    expect(await before.failed).toBe(reason);
    expect(before.heard()).toEqual([]);
    expect(net.sent).toHaveLength(0);
  });

  it("is not touched by a signal that is aborted when it is over", async () => {
    const { net, client, stale } = await page();
    const controller = new AbortController();
    const { call, heard } = outcomes(client, "x", {}, { signal: controller.signal });
    await net.last().reply({ result: 1 });
    await call;
    controller.abort();
    await settled();
    expect(heard()).toEqual(["done"]);
    expect(stale()).toEqual([]);
  });

  it("fails at once without a network", async () => {
    const { net, client, stale } = await page();
    vi.stubGlobal("navigator", { onLine: false });
    const { failed, heard } = outcomes(client, "x");
    expect(await failed).toMatchObject({ code: "client.offline", status: 0 });
    expect([heard(), stale(), net.sent]).toEqual([[], [], []]);
  });

  it("does not abort another call", async () => {
    const { net, client } = await page();
    const calls = [1, 2, 3].map((user_id) => mizanCall(client, setUser, { user_id }));
    const [a, b, c] = net.sent;
    await c?.reply({ result: 3, invalidate: ["user"] });
    await a?.reply({ result: 1, invalidate: ["user"] });
    await b?.reply({ result: 2, invalidate: ["user"] });
    expect(await Promise.all(calls)).toEqual([1, 2, 3]);
    for (const each of net.sent.slice(3)) await each.reply({ v: 2 });
    expect(urls(net).slice(3)).toEqual([
      "/api/ctx/user/?user_id=5",
      "/api/ctx/user/?user_id=6",
      "/api/ctx/user/?user_id=5",
      "/api/ctx/user/?user_id=6",
    ]);
  });

  it("sends another body where the function has one", async () => {
    const { net, client } = await page();
    const encode = (name: string, args: object): string => JSON.stringify([name, args]);
    void mizanCall(client, { name: "x", encode }, { a: 1 });
    expect(net.last().body).toEqual(["x", { a: 1 }]);
  });
});

import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { createClient, mizanCall, mizanFetch, reset } from "../src/index.js";
import { retry } from "../src/retry.js";
import { network, problem } from "./fake.js";

function page(options: object = {}) {
  const net = network();
  const client = createClient({ baseUrl: "/api/", fetch: net.fetch, ...options }, retry);
  return { net, client };
}

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
});
afterEach(() => {
  vi.useRealTimers();
});

const pause = (): Promise<unknown> => vi.advanceTimersByTimeAsync(3_000);

describe("retry", () => {
  it("sends a read again that failed in passing", async () => {
    const { net, client } = page();
    const data = mizanFetch(client, { name: "user" }, {});
    await pause();
    await net.last().fail();
    await pause();
    await net.last().reply(...problem("unavailable", 503));
    await pause();
    await net.last().reply(...problem("app.slow_down", 429));
    await pause();
    await net.last().reply({ v: 1 });
    expect(await data).toEqual({ v: 1 });
    expect(net.sent).toHaveLength(4);
  });

  it("ends after so many times", async () => {
    for (const fails of [true, false]) {
      const { net, client } = page({ retry: 1 });
      const code = fails ? "client.network" : "internal";
      const failed = expect(mizanFetch(client, { name: "user" }, {})).rejects.toMatchObject({
        code,
      });
      for (const time of [1, 2]) {
        await pause();
        expect(net.sent).toHaveLength(time);
        if (fails) await net.last().fail();
        else await net.last().reply(...problem("internal", 500));
      }
      await pause();
      await failed;
      expect(net.sent).toHaveLength(2);
    }
  });

  it("does not send again what was refused, nor a call", async () => {
    const { net, client } = page();
    const read = expect(mizanFetch(client, { name: "user" }, {})).rejects.toMatchObject({
      status: 404,
    });
    await pause();
    await net.last().reply(...problem("not_found", 404));
    await read;
    for (const fails of [true, false]) {
      const call = expect(mizanCall(client, "x", {})).rejects.toBeDefined();
      if (fails) await net.last().fail();
      else await net.last().reply(...problem("internal", 500));
      await call;
    }
    await pause();
    expect(net.sent).toHaveLength(3);
  });

  it("ends when the fetch is ended", async () => {
    const { net, client } = page();
    void mizanFetch(client, { name: "user" }, {});
    await pause();
    const [first] = net.sent;
    reset(client);
    await pause();
    expect(first?.init.signal?.aborted).toBe(true);
    expect(net.sent).toHaveLength(2);
  });
});

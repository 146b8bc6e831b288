import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { createClient, registerContext } from "../src/index.js";
import { refetchEvery } from "../src/interval.js";
import { network } from "./fake.js";

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] });
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

describe("refetchEvery", () => {
  it("fetches while the instance is mounted and the page is seen", async () => {
    const net = network();
    const client = createClient({ baseUrl: "/api/", fetch: net.fetch });
    const user = { name: "user" };
    const end = refetchEvery(client, user, {}, 100);
    const tick = async (): Promise<number> => {
      await vi.advanceTimersByTimeAsync(100);
      return net.sent.length;
    };
    expect(await tick()).toBe(0);
    const stop = registerContext(client, user, {}).subscribe(() => undefined);
    expect(await tick()).toBe(1);
    expect(await tick()).toBe(1);
    await net.last().reply(1);
    expect(await tick()).toBe(2);
    await net.last().reply(2);
    vi.stubGlobal("document", { hidden: true });
    expect(await tick()).toBe(2);
    vi.stubGlobal("document", { hidden: false });
    expect(await tick()).toBe(3);
    await net.last().reply(3);
    end();
    expect(await tick()).toBe(3);
    stop();
  });
});

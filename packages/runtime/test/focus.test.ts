import { afterEach, describe, expect, it, vi } from "vitest";
import { createClient, invalidate, registerContext } from "../src/index.js";
import { network, settled } from "./fake.js";

async function page(options: object = {}) {
  const target = new EventTarget();
  const listen = (type: string, listener: () => void): void => {
    target.addEventListener(type, listener);
  };
  vi.stubGlobal("addEventListener", listen);
  const state = { hidden: false };
  vi.stubGlobal("document", state);
  const browser = { onLine: true };
  vi.stubGlobal("navigator", browser);
  const net = network();
  const client = createClient({ baseUrl: "/api/", fetch: net.fetch, staleTime: 0, ...options });
  const user = registerContext(client, { name: "user" }, {});
  const stop = user.subscribe(() => undefined);
  await settled();
  await net.last().reply({ v: 1 });
  const say = async (type: string): Promise<number> => {
    target.dispatchEvent(new Event(type));
    await settled();
    return net.sent.length;
  };
  return { net, client, user, stop, say, state, browser };
}

afterEach(() => {
  vi.unstubAllGlobals();
});

describe("focus", () => {
  it("fetches what is old when the page is seen again, or the network is back", async () => {
    const { net, say, state } = await page();
    state.hidden = true;
    expect(await say("visibilitychange")).toBe(1);
    state.hidden = false;
    expect(await say("visibilitychange")).toBe(2);
    expect(await say("visibilitychange")).toBe(3 - 1);
    await net.last().reply({ v: 2 });
    // What was asked while another fetch was running follows it.
    await net.last().reply({ v: 3 });
    expect(await say("online")).toBe(4);
  });

  it("leaves alone what is young or not mounted", async () => {
    const young = await page({ staleTime: 1e9 });
    expect(await young.say("visibilitychange")).toBe(1);
    const gone = await page();
    gone.stop();
    expect(await gone.say("visibilitychange")).toBe(1);
  });

  it("can be turned off", async () => {
    const off = { refetchOnFocus: false, refetchOnReconnect: false };
    const { say } = await page(off);
    expect(await say("visibilitychange")).toBe(1);
    expect(await say("online")).toBe(1);
  });

  it("has reads wait for the network", async () => {
    const { net, client, user, say, browser } = await page({
      staleTime: 1e9,
      refetchOnReconnect: false,
    });
    browser.onLine = false;
    invalidate(client, "user");
    await settled();
    expect(net.sent).toHaveLength(1);
    browser.onLine = true;
    expect(await say("online")).toBe(2);
    await net.last().reply({ v: 2 });
    expect(user.getSnapshot()).toMatchObject({ data: { v: 2 }, stale: false });
  });

  it("needs no page", () => {
    const added = new Map<string, (event: Event) => void>();
    vi.stubGlobal("addEventListener", (type: string, listener: () => void) =>
      added.set(type, listener),
    );
    createClient({ baseUrl: "/" });
    added.get("online")?.(new Event("online"));
    expect(added.size).toBe(2);
  });
});

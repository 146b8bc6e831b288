import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { createClient, registerContext } from "../src/index.js";
import { network } from "./fake.js";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

function page(options: object = {}) {
  const client = createClient({ baseUrl: "/api/", fetch: network().fetch, ...options });
  return { client, user: registerContext(client, { name: "user" }, {}) };
}

describe("collect", () => {
  it("forgets what nobody has listened to for a while", () => {
    const { client, user } = page({ gcTime: 100 });
    const stop = user.subscribe(() => undefined);
    vi.advanceTimersByTime(1000);
    expect(client.instances.size).toBe(1);
    stop();
    vi.advanceTimersByTime(99);
    const again = user.subscribe(() => undefined);
    vi.advanceTimersByTime(99);
    again();
    vi.advanceTimersByTime(99);
    expect(client.instances.size).toBe(1);
    vi.advanceTimersByTime(1);
    expect(client.instances.size).toBe(0);
    expect(user.getSnapshot().status).toBe("pending");
  });

  it("keeps for five minutes, or for ever", () => {
    const { client, user } = page();
    const other = page({ gcTime: Infinity });
    for (const each of [user, other.user]) each.subscribe(() => undefined)();
    vi.advanceTimersByTime(299_999);
    expect(client.instances.size).toBe(1);
    vi.advanceTimersByTime(1);
    expect([client.instances.size, other.client.instances.size]).toEqual([0, 1]);
  });

  it("works where timers are numbers, as in browsers", () => {
    vi.stubGlobal("setTimeout", () => 1);
    const { user } = page();
    user.subscribe(() => undefined)();
    vi.unstubAllGlobals();
  });
});

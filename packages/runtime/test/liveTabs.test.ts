import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { mizanCall, reset } from "../src/index.js";
import { settled } from "./fake.js";
import { browser, livePage, pass as passTime, type LivePage } from "./liveFake.js";

const FIVE = { targets: [{ context: "user", params: { user_id: 5 } }], spread: 0 };

interface Waiting {
  readonly run: () => Promise<unknown> | undefined;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: Error) => void;
}

function aborted(): Error {
  return new DOMException("The request was aborted.", "AbortError");
}

/** A lock, as the standard has it. */
class Lock {
  #held: Waiting | undefined;
  #queue: Waiting[] = [];

  request({ signal, steal }: LockOptions, run: Waiting["run"]): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const waiting = { run, resolve, reject };
      signal?.addEventListener("abort", () => {
        if (!this.#queue.includes(waiting)) return;
        this.#queue = this.#queue.filter((each) => each !== waiting);
        reject(aborted());
      });
      if (steal) {
        this.#held?.reject(aborted());
        this.#held = undefined;
        this.#queue.unshift(waiting);
      } else this.#queue.push(waiting);
      this.#grant();
    });
  }

  #grant(): void {
    if (this.#held) return;
    const next = this.#queue.shift();
    this.#held = next;
    void Promise.resolve()
      .then(() => next?.run())
      .then((value) => {
        if (!next || this.#held !== next) return;
        next.resolve(value);
        this.#held = undefined;
        this.#grant();
      });
  }
}

/** Web Locks. */
class Locks {
  readonly #locks = new Map<string, Lock>();

  request(name: string, options: LockOptions, run: Waiting["run"]): Promise<unknown> {
    const lock = this.#locks.get(name) ?? new Lock();
    this.#locks.set(name, lock);
    return lock.request(options, run);
  }
}

interface Tab extends LivePage {
  readonly happen: (type: string) => void;
}

const tabs: Tab[] = [];

function tab(options = {}): Tab {
  const page = new EventTarget();
  vi.stubGlobal("addEventListener", page.addEventListener.bind(page));
  const happen = (type: string): void => {
    page.dispatchEvent(new Event(type));
  };
  const made = { ...livePage({ live: { poll: 1e9 }, ...options }), happen };
  tabs.push(made);
  return made;
}

/** Lets time pass, and what tabs tell each other arrive. */
async function pass(ms: number): Promise<void> {
  await passTime(ms);
  for (let round = 0; round < 10; round += 1) await settled();
}

/** The channels of tabs, in the order in which they were made. */
let channels: BroadcastChannel[] = [];

class Channel extends BroadcastChannel {
  constructor(name: string) {
    super(name);
    channels.push(this);
  }
}

beforeEach(() => {
  channels = [];
  browser({ navigator: { locks: new Locks() }, BroadcastChannel: Channel });
});

afterEach(() => {
  for (const each of tabs.splice(0)) each.happen("pagehide");
  vi.useRealTimers();
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

/** Two tabs that show users 5 and 7, of which the first has the stream. */
async function two(options = {}) {
  const [one, other] = [tab(options), tab(options)];
  await pass(0);
  await one.show(5, "e.1");
  await other.show(7, "e.1");
  await pass(100);
  await pass(100);
  expect(one.stream().held).toEqual(["user;user_id=5, user;user_id=7"]);
  await one.stream().ready("e.1");
  await pass(0);
  return { one, other };
}

describe("tabs", () => {
  it("have one stream, of what all of them show", async () => {
    const { one, other } = await two();
    expect(other.net.streams).toEqual([]);
    const both = { targets: ["user"], spread: 0 };
    await one.stream().send("invalidate", { targets: ["other"], spread: 0 });
    await one.stream().send("invalidate", both, "e.2");
    await pass(0);
    expect([one.reading(), other.reading()]).toEqual([["user/?user_id=5"], ["user/?user_id=7"]]);
    await other.net.last().reply({ v: 2 }, { headers: { "X-Mizan-Event": "e.2" } });
    await pass(6_000);
    await other.show(8, "e.2");
    await pass(100);
    await pass(100);
    expect(one.stream().held).toEqual(["user;user_id=5, user;user_id=7, user;user_id=8"]);
    expect(other.user(8).getSnapshot().stale).toBe(false);
  });

  it("tell a tab that shows what is known at once, and leave out its own calls", async () => {
    const { one, other } = await two();
    const third = tab();
    await third.show(5, "e.1");
    await pass(100);
    await pass(100);
    expect(one.net.streams).toHaveLength(1);
    void mizanCall(third.client, "set", {}, { held: false });
    await settled();
    const call = third.net.last().headers.get("X-Mizan-Call");
    await third.net.last().reply({ result: 1, invalidate: FIVE.targets });
    await third.net.last().reply({ v: 2 });
    await one.stream().send("invalidate", { ...FIVE, call }, "e.2");
    await pass(0);
    expect([one.reading(), third.reading()]).toEqual([["user/?user_id=5"], []]);
    expect(other.reading()).toEqual([]);
  });

  it("go on where the one was that is closed", async () => {
    const { one, other } = await two();
    await one.stream().beat("e.4");
    await pass(0);
    one.happen("pagehide");
    expect(one.stream().isOpen()).toBe(false);
    await pass(100);
    expect(other.stream().headers.get("Last-Event-ID")).toBe("e.4");
    expect(other.stream().held).toEqual(["user;user_id=7"]);
    await other.stream().ready("e.4");
    expect(other.reading()).toEqual([]);
    // The page that is back has heard nothing meanwhile.
    one.happen("pageshow");
    await settled();
    expect(one.reading()).toEqual(["user/?user_id=5"]);
    await pass(100);
    await pass(100);
    expect(other.stream().held).toEqual(["user;user_id=7, user;user_id=5"]);
    expect(one.net.streams).toHaveLength(1);
  });

  it("go on without a tab that is frozen", async () => {
    const { one, other } = await two();
    await one.stream().send("invalidate", { targets: ["other"], spread: 0 }, "e.5");
    await pass(50_000);
    expect(other.net.streams).toEqual([]);
    // It says nothing more, although it has the lock.
    const [channel] = channels;
    const post = channel?.postMessage.bind(channel);
    if (channel) {
      channel.postMessage = (message: { kind: string }) => {
        if (message.kind === "want") post?.(message);
      };
    }
    for (let ticks = 0; ticks < 4; ticks += 1) {
      await one.stream().beat("e.6");
      await pass(10_000);
    }
    // Nor does it matter for how long this one slept itself.
    vi.setSystemTime(Date.now() + 3_600_000);
    await pass(10_000);
    expect(other.net.streams).toEqual([]);
    for (let ticks = 0; ticks < 5; ticks += 1) await pass(10_000);
    await pass(1_000);
    expect(other.stream().headers.get("Last-Event-ID")).toBe("e.5");
    expect(other.stream().held).toEqual(["user;user_id=7, user;user_id=5"]);
    expect(one.net.streams.at(-1)?.isOpen()).toBe(false);
    await other.stream().ready("e.6");
    await other.stream().send("invalidate", FIVE, "e.7");
    await pass(0);
    expect(one.reading()).toEqual(["user/?user_id=5"]);
  });

  it("have a stream each where locks are refused", async () => {
    const request = (): Promise<never> => Promise.reject(new DOMException("No.", "SecurityError"));
    vi.stubGlobal("navigator", { locks: { request } });
    const [one, other] = [tab(), tab()];
    for (const each of [one, other]) await each.show(5, "e.1");
    await pass(100);
    await pass(100);
    for (const each of [one, other]) expect(each.net.streams).toHaveLength(1);
  });

  it("have a stream each where they cannot tell each other anything", async () => {
    vi.stubGlobal("BroadcastChannel", undefined);
    for (const each of [tab(), tab()]) {
      await each.show(5, "e.1");
      await pass(100);
      expect(each.net.streams).toHaveLength(1);
    }
  });

  it("have none that has gone before it was its turn", async () => {
    const { one, other } = await two();
    other.happen("pagehide");
    one.happen("pagehide");
    await pass(0);
    const third = tab();
    third.happen("pagehide");
    await pass(100);
    third.happen("pageshow");
    third.happen("online");
    await third.show(5, "e.1");
    await pass(100);
    await pass(100);
    expect(third.net.streams).toHaveLength(1);
    third.happen("online");
    expect(third.net.streams).toHaveLength(1);
    await third.stream().ready("e.1");
    third.happen("online");
    expect(third.net.streams).toHaveLength(2);
  });

  it("forget with one of them, whichever it is", async () => {
    const { one, other } = await two();
    for (const each of [other, one]) {
      reset(each.client);
      await pass(0);
      expect(one.stream().isOpen()).toBe(false);
      await pass(2_000);
      await pass(100);
      expect(one.stream().isOpen()).toBe(true);
      expect(one.stream().held[0]).toContain("user;user_id=7");
      await one.stream().ready("e.9");
    }
  });

  it("of different users have nothing in common", async () => {
    let who = "ada";
    const identity = (): string => who;
    const { other } = await two({ live: { identity } });
    who = "bob";
    reset(other.client);
    await pass(2_000);
    await pass(100);
    expect(other.stream().held).toEqual(["user;user_id=7"]);
  });
});

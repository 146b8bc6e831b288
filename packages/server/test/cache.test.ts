import { describe, expect, it } from "vitest";
import { MemoryCache, randomId, type Begun } from "../src/cache.js";

const slot = { key: "k", guards: ["a", "b"] };

function kept(size = 3) {
  return { body: new Uint8Array(size), etag: '"e"', varied: false };
}

function begun(cache: MemoryCache, at = slot): Begun {
  const found = cache.begin(at);
  if (found.state !== "miss") throw new Error(found.state);
  return found;
}

function filled(options = {}) {
  const cache = new MemoryCache(options);
  expect(cache.store(slot, begun(cache), kept(), 60)).toBe(true);
  return cache;
}

describe("an entry", () => {
  it("is found while its stamps stand", () => {
    const cache = filled();
    expect(cache.read(slot)).toMatchObject(kept());
    cache.renew({ id: "", guards: ["b"] });
    expect(cache.read(slot)).toBeNull();
    expect(cache.read({ ...slot, key: "other" })).toBeNull();
  });

  it("is dead for good once one of its guards was held", () => {
    const cache = filled();
    const hold = { id: randomId(), guards: ["a"] };
    cache.hold(hold);
    expect(cache.read(slot)).toBeNull();
    cache.release(hold);
    expect(cache.read(slot)).toBeNull();
  });

  it("makes room, the least recently used first", () => {
    const cache = new MemoryCache({ maxBytes: 2500 });
    const slots = ["1", "2", "3"].map((key) => ({ key, guards: ["a"] }));
    for (const [at, each] of slots.entries()) {
      cache.store(each, begun(cache, each), kept(100), 60);
      if (at === 1) cache.read(slots[0] ?? slot);
    }
    expect(slots.map((each) => cache.read(each) !== null)).toEqual([true, false, true]);
  });

  it("is not stored where its stamps fell meanwhile", () => {
    const cache = new MemoryCache();
    const mine = begun(cache);
    cache.renew({ id: "", guards: ["a"] });
    expect(cache.store(slot, mine, kept(), 60)).toBe(false);
    expect(cache.read(slot)).toBeNull();
  });
});

describe("a hold", () => {
  it("keeps others from beginning, each until it is over", () => {
    const cache = new MemoryCache();
    const [one, two] = [randomId(), randomId()].map((id) => ({ id, guards: ["a"] }));
    if (!one || !two) return;
    cache.hold(one);
    cache.hold(two);
    cache.renew(one);
    expect(cache.begin(slot)).toEqual({ state: "held" });
    cache.renew(two);
    expect(cache.begin(slot).state).toBe("miss");
  });

  it("ends by itself", () => {
    let now = 0;
    const cache = new MemoryCache({ hold: 5, clock: () => now });
    cache.hold({ id: "x", guards: ["a"] });
    now = 4999;
    expect(cache.begin(slot).state).toBe("held");
    now = 5000;
    expect(cache.begin(slot).state).toBe("miss");
    expect(cache.stats.held).toBe(0);
  });
});

describe("a claim", () => {
  it("is one's own, until it is given back or over", () => {
    let now = 0;
    const cache = new MemoryCache({ compute: 5, clock: () => now });
    const first = begun(cache);
    expect(cache.begin(slot)).toEqual({ state: "busy" });
    cache.abandon(slot, first, false);
    const second = begun(cache);
    now = 5000;
    const third = begun(cache);
    cache.abandon(slot, second, true);
    expect(cache.begin(slot)).toEqual({ state: "busy" });
    cache.abandon(slot, third, true);
    expect(cache.begin(slot)).toEqual({ state: "alone" });
    now = 6000;
    expect(cache.begin(slot).state).toBe("miss");
  });
});

it("forgets what nothing names any more", () => {
  let now = 0;
  const cache = new MemoryCache({ clock: () => now });
  for (let at = 0; at < 5000; at += 1) {
    const each = { key: `k${at}`, guards: [`g${at}`] };
    const mine = begun(cache, each);
    if (at % 2 === 0) cache.store(each, mine, kept(), 1);
    cache.hold({ id: "x", guards: [`h${at}`] });
    now += 100;
  }
  const { entries, guards, held } = cache.stats;
  expect(Math.max(entries, guards, held)).toBeLessThan(2000);
});

it("draws stamps that never repeat", () => {
  expect(new Set(Array.from({ length: 1000 }, randomId)).size).toBe(1000);
});

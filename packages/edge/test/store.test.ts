import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { MemoryStore, type Entry, type Kept } from "../src/index.js";

function entry(names: readonly string[] = [], size = 10): Entry {
  const times = { after: 0, process: "", born: 0, ttl: 60, whileRevalidate: 0, ifError: 0 };
  const body = new Uint8Array(size);
  return { status: 200, headers: [], body, names, ...times, vary: [], variant: "" };
}

describe("a store in memory", () => {
  it("makes room by what was least recently used", () => {
    const store = new MemoryStore({ maxEntries: 2 });
    for (const key of ["a", "b"]) store.put(key, entry());
    store.get("a");
    store.put("c", entry());
    expect(["a", "b", "c"].map((key) => store.get(key) !== undefined)).toEqual([true, false, true]);
  });

  it("stays within its bytes", () => {
    const store = new MemoryStore({ maxBytes: 10_000 });
    for (const key of ["a", "b", "c"]) store.put(key, entry([], 4000));
    expect([store.stats.entries, store.get("a")]).toEqual([2, undefined]);
    expect(store.stats.bytes).toBeLessThanOrEqual(10_000);
    store.put("d", entry([], 20_000));
    expect(store.stats).toEqual({ entries: 0, bytes: 0, names: 0 });
  });

  const name = fc.constantFrom<string>("x", "y", "z");
  const key = fc.constantFrom("a", "b", "c", "d");
  const step = fc.oneof(
    fc.record({ kind: fc.constant("put"), key, names: fc.uniqueArray(name) }),
    fc.record({ kind: fc.constant("delete"), key, names: fc.constant([]) }),
    fc.record({ kind: fc.constant("purge"), key, names: fc.uniqueArray(name) }),
    fc.record({ kind: fc.constant("everything"), key, names: fc.constant([]) }),
  );

  it("drops what a purge names, and nothing else; nothing leaks", () => {
    fc.assert(
      fc.property(fc.array(step), (steps) => {
        const store = new MemoryStore();
        const model = new Map<string, readonly string[]>();
        for (const each of steps) {
          const { kind, key, names } = each;
          if (kind === "put") model.set(key, names);
          if (kind === "put") store.put(key, entry(names));
          if (kind === "delete") model.delete(key);
          if (kind === "delete") store.delete(key);
          if (kind === "everything") model.clear();
          if (kind === "everything") store.purge(null);
          if (kind !== "purge") continue;
          store.purge(new Set(names));
          for (const [at, own] of model) if (own.some((n) => names.includes(n))) model.delete(at);
        }
        const found = ["a", "b", "c", "d"].filter((at) => store.get(at) !== undefined);
        expect(found).toEqual([...model.keys()].sort());
        const left = new Set([...model.values()].flat());
        expect([store.stats.entries, store.stats.names]).toEqual([model.size, left.size]);
        store.purge(null);
        expect(store.stats).toEqual({ entries: 0, bytes: 0, names: 0 });
      }),
    );
  });

  it("keeps lists of variants, which no purge names", () => {
    const store = new MemoryStore();
    const kept: Kept = { vary: ["accept"] };
    store.put("a", kept);
    store.purge(new Set(["a"]));
    expect(store.get("a")).toBe(kept);
  });
});

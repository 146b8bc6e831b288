/**
 * Reads, mutations and purges by several users in any order, against a model: no read that begins
 * after a mutation was acknowledged gets what that made stale, and nobody gets another's data.
 */

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Kept, Names, Store } from "../src/index.js";
import { MemoryStore } from "../src/index.js";
import { answer, before, done, STOCK, tokenFor, urlOf, USER } from "./site.js";

const USERS = ["5", "6"];
const TOKENS = new Map(
  await Promise.all(USERS.map(async (sub) => [sub, await tokenFor(sub)] as const)),
);

/** Where whatever takes time waits until the driver lets one go. */
class Gates {
  readonly #waiting: (() => void)[] = [];

  get size(): number {
    return this.#waiting.length;
  }

  wait(): Promise<void> {
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  open(choice: number): void {
    const [go] = this.#waiting.splice(choice % this.#waiting.length, 1);
    go?.();
  }
}

/** A store that takes its time, as a platform's does. */
class SlowStore implements Store {
  readonly #memory = new MemoryStore();

  constructor(private readonly gates: Gates) {}

  async get(key: string): Promise<Kept | undefined> {
    const kept = this.#memory.get(key);
    await this.gates.wait();
    return kept;
  }

  async put(key: string, kept: Kept): Promise<void> {
    await this.gates.wait();
    this.#memory.put(key, kept);
    await this.gates.wait();
  }

  delete(key: string): void {
    this.#memory.delete(key);
  }

  async purge(names: Names): Promise<void> {
    if (names === null) {
      this.#memory.purge(names);
      return;
    }
    await this.gates.wait();
    this.#memory.purge(names);
    await this.gates.wait();
  }
}

/** What is asked for: of whom, by whom, and how. */
type Op =
  | { readonly kind: "read"; readonly item: Item; readonly sub: string }
  | { readonly kind: "write"; readonly item: Item; readonly sub: string; readonly broad: boolean }
  | { readonly kind: "wait"; readonly item: Item }
  | { readonly kind: "fail" };

type Item = "stock" | "user" | "orders";
const rows = fc.constantFrom<readonly [Item, string]>(
  ["stock", "5"],
  ["user", "5"],
  ["user", "6"],
  ["orders", "5"],
  ["orders", "6"],
);

const WEIGHTS = { read: 6, write: 3, wait: 1, fail: 1 } as const;

/** Operations on a few rows, so that they meet. */
const operations: fc.Arbitrary<Op[]> = fc
  .uniqueArray(rows, { minLength: 1, maxLength: 3 })
  .chain((some) => {
    const kinds = Object.entries(WEIGHTS).map(([kind, weight]) => ({
      weight,
      arbitrary: fc
        .tuple(fc.constantFrom(...some), fc.boolean())
        .map(([[item, sub], broad]) => ({ kind, item, sub, broad }) as Op),
    }));
    return fc.array(fc.oneof(...kinds), { minLength: 6, maxLength: 20, size: "max" });
  });
const order = fc.array(fc.nat(1000), { minLength: 40, maxLength: 80, size: "max" });

/** What an item's version is counted under: orders are each user's own. */
function rowOf(item: Item, sub: string): string {
  return item === "stock" ? "stock" : `${item} ${sub}`;
}

function targetOf(item: Item, sub: string, broad: boolean) {
  return item === "user" && !broad ? { context: "user", params: { user_id: Number(sub) } } : item;
}

const TTL = "public, s-maxage=60, stale-while-revalidate=30, stale-if-error=600";

/** Plays operations in an order that the choices decide. */
async function play(ops: readonly Op[], choices: readonly number[], slow: boolean): Promise<void> {
  const gates = new Gates();
  const versions = new Map<string, number>();
  const acknowledged = new Map<string, number>();
  const failures: string[] = [];
  let down = 0;

  const origin = async (request: Request): Promise<Response> => {
    const [item = "stock", owner = ""] = (request.headers.get("X-Row") ?? "").split(" ");
    const row = request.headers.get("X-Row") ?? "";
    await gates.wait();
    if (down > 0 && request.method === "GET") {
      down -= 1;
      throw new Error("down");
    }
    if (request.method === "POST") {
      const version = (versions.get(row) ?? 0) + 1;
      versions.set(row, version);
      await gates.wait();
      const isBroad = request.headers.get("X-Broad") === "1";
      return done([targetOf(item as Item, owner, isBroad)], { "X-Version": String(version) });
    }
    const body = JSON.stringify({ row, version: versions.get(row) ?? 0 });
    await gates.wait();
    const instance = item === "user" ? USER(Number(owner)) : { context: item, params: {} };
    const reply = await answer(instance, body, item === "orders" ? { user: owner } : {});
    const field = item === "orders" ? "Mizan-Cache-Control" : "Cache-Control";
    reply.headers.set(field, item === "orders" ? TTL.replace("s-maxage", "max-age") : TTL);
    return reply;
  };

  const store = slow ? new SlowStore(gates) : new MemoryStore();
  const { get, send, wait } = before(origin, { store, ownContexts: ["orders"] });

  const read = async (item: Item, sub: string): Promise<void> => {
    const row = rowOf(item, sub);
    const least = acknowledged.get(row) ?? 0;
    const url = item === "user" ? urlOf(USER(Number(sub))) : `/mizan/ctx/${item}/`;
    const token = TOKENS.get(sub) ?? "";
    const reply = await get(url, { "X-Mizan-Token": token, "X-Row": row });
    if (reply.status === 502) return;
    const seen = (await reply.json()) as { row: string; version: number };
    if (seen.row !== row) failures.push(`${sub} asked for ${row} and got ${seen.row}`);
    if (seen.version < least) failures.push(`${row} is ${seen.version}, after ${least} was told`);
  };
  const write = async (item: Item, sub: string, broad: boolean): Promise<void> => {
    const row = rowOf(item, sub);
    const headers = {
      "X-Mizan-Token": TOKENS.get(sub) ?? "",
      "X-Row": row,
      "X-Broad": broad ? "1" : "0",
    };
    const reply = await send("POST", "/mizan/call/", { headers });
    const version = Number(reply.headers.get("X-Version"));
    acknowledged.set(row, Math.max(acknowledged.get(row) ?? 0, version));
  };

  const running = new Set<Promise<void>>();
  const left = [...ops];
  const start = (next: Op): void => {
    if (next.kind === "wait") wait(next.item === "stock" ? 61 : 95);
    if (next.kind === "fail") down += 1;
    if (next.kind === "wait" || next.kind === "fail") return;
    const work =
      next.kind === "read" ? read(next.item, next.sub) : write(next.item, next.sub, next.broad);
    running.add(work);
    void work.then(() => running.delete(work));
  };
  for (let turn = 0; left.length > 0 || running.size > 0 || gates.size > 0; turn += 1) {
    const choice = choices[turn % choices.length] ?? 0;
    const next = choice % 4 === 0 || gates.size === 0 ? left.shift() : undefined;
    if (next !== undefined) start(next);
    else if (gates.size > 0) gates.open(Math.floor(choice / 4));
    await settled();
  }
  expect(failures).toEqual([]);
}

/** After what can go on by itself has gone on; how far that is does not matter. */
async function settled(): Promise<void> {
  for (let turn = 0; turn < 4; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}

describe.each([
  ["in memory", false],
  ["that takes its time", true],
])("with a store %s", (_, slow) => {
  it("no read is stale, and nobody gets another's", async () => {
    await fc.assert(fc.asyncProperty(operations, order, (a, b) => play(a, b, slow)));
  });
});

it("a scoped purge leaves what it does not name, in flight and kept", async () => {
  const gates = new Gates();
  const { get, send, seen } = before(async (request) => {
    if (request.method === "POST") return done([targetOf("user", "6", false)]);
    await gates.wait();
    return answer(USER(Number(new URL(request.url).searchParams.get("user_id"))), "{}");
  });
  const both = [5, 6].map((id) => get(urlOf(USER(id))));
  await expect.poll(() => gates.size).toBe(2);
  await send("POST", "/mizan/call/");
  gates.open(0);
  gates.open(0);
  await Promise.all(both);
  const [kept, dropped] = [get(urlOf(USER(5))), get(urlOf(USER(6)))];
  await expect.poll(() => gates.size).toBe(1);
  gates.open(0);
  const said = (await Promise.all([kept, dropped])).map((each) => each.headers.get("Cache-Status"));
  expect(said[0]).toContain("hit");
  expect(said[1]).toContain("fwd=uri-miss");
  expect(seen).toHaveLength(4);
});

it("who asks after a purge does not join who asked before it", async () => {
  const gates = new Gates();
  const { get, send, seen } = before(async ({ method }) => {
    if (method === "POST") return done(["stock"]);
    const body = String(seen.length);
    await gates.wait();
    return answer(STOCK, body);
  });
  const before1 = get(urlOf(STOCK));
  await expect.poll(() => gates.size).toBe(1);
  const before2 = get(urlOf(STOCK));
  await send("POST", "/mizan/call/");
  const after1 = get(urlOf(STOCK));
  await expect.poll(() => gates.size).toBe(2);
  const after2 = get(urlOf(STOCK));
  await settled();
  expect(gates.size).toBe(2);
  gates.open(1);
  gates.open(0);
  const replies = await Promise.all([before1, before2, after1, after2]);
  expect(await Promise.all(replies.map((each) => each.text()))).toEqual(["1", "1", "3", "3"]);
  expect(replies[3].headers.get("Cache-Status")).toBe("mizan-edge; fwd=uri-miss; collapsed");
});

it("what a slow store gives after a purge has taken it away is not sent", async () => {
  const [puts, gets] = [new Gates(), new Gates()];
  const memory = new MemoryStore();
  const store: Store = {
    async get(key) {
      const kept = memory.get(key);
      if (kept !== undefined) await gets.wait();
      return kept;
    },
    async put(key, kept) {
      await puts.wait();
      memory.put(key, kept);
      await puts.wait();
    },
    delete: (key) => {
      memory.delete(key);
    },
    purge: (names) => {
      memory.purge(names);
    },
  };
  let version = 1;
  const origin = ({ method }: Request) =>
    method === "POST" ? done(["stock"]) : answer(STOCK, String(version));
  const { get, send } = before(origin, { store });
  const first = get(urlOf(STOCK));
  await expect.poll(() => puts.size).toBe(1);
  version = 2;
  await send("POST", "/mizan/call/"); // passes the store, which has not put it yet
  puts.open(0);
  const second = get(urlOf(STOCK));
  await expect.poll(() => gets.size).toBe(1); // it has found what was put too late
  puts.open(0); // which is now taken away, and the fetch has ended
  expect(await (await first).text()).toBe("1");
  gets.open(0);
  await expect.poll(() => puts.size).toBe(1);
  puts.open(0);
  await settled();
  puts.open(0);
  expect(await (await second).text()).toBe("2");
});

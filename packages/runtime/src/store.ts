/**
 * The store of instances (SPEC.md, sections 7.1 and 14).
 * Invariant: an instance that was invalidated is stale until data lands whose fetch began later.
 */

import type { Identity } from "./canonical.js";
import { tell } from "./client.js";
import { stopAfter, type MizanError } from "./errors.js";
import { matches } from "./targets.js";
import type { Client, Entry, MizanEvent, Reply, Snapshot, Target } from "./types.js";

const STALE_TIME = 5_000;
const LONGEST_URL = 4096;

/** The state of an instance of which nothing is known. */
export const PENDING: Snapshot<never> = {
  data: undefined,
  error: undefined,
  status: "pending",
  isFetching: false,
  stale: false,
  generation: 0,
  updatedAt: 0,
};

/** The entry of an instance, which is made where there is none. */
export function entryOf(client: Client, identity: Identity): Entry {
  let entry = client.instances.get(identity.key);
  if (!entry) {
    entry = {
      ...identity,
      listeners: new Set(),
      mounts: 0,
      generation: 0,
      landed: 0,
      snapshot: PENDING,
    };
    client.instances.set(entry.key, entry);
    client.idle?.(entry);
  }
  return entry;
}

/** Another snapshot; everybody is told. */
export function update(entry: Entry, change: Partial<Snapshot>): void {
  entry.snapshot = { ...entry.snapshot, ...change };
  tell(entry.listeners);
}

/** What is shown of the server's data; `settled` if no known invalidation is later. */
export function shown({ view, base }: Entry, settled: boolean): unknown {
  return view ? view(base, settled) : base;
}

/** Takes data from the server; `stale` if an invalidation is later than it. */
export function land(entry: Entry, data: unknown, stale: boolean): void {
  entry.landed += 1;
  entry.base = data;
  update(entry, {
    data: shown(entry, !stale),
    error: undefined,
    status: "success",
    isFetching: !!entry.flight,
    stale,
    updatedAt: Date.now(),
  });
}

/**
 * Makes instances stale; those that are mounted are fetched in the next microtask.
 *
 * @param source what made them so, for developers' tools
 */
export function invalidate(
  client: Client,
  targets: Target | readonly Target[],
  source = "invalidate",
): void {
  const list: Target[] = [targets].flat();
  if (list.length === 0) return;
  client.changed = true;
  tell<[MizanEvent]>(client.taps, { type: "invalidate", targets: list, source });
  for (const entry of [...client.instances.values()]) {
    if (list.some((target) => matches(target, entry))) makeStale(client, entry, source);
  }
}

/** Reads X-Mizan-Invalidate of a response; what cannot be read makes everything stale. */
export function observe(
  client: Client,
  response: { readonly headers: Pick<Headers, "get"> },
  source = "observe",
): void {
  const field = response.headers.get("X-Mizan-Invalidate");
  if (field) invalidate(client, client.readHeader(field), source);
}

/** Makes one instance stale. */
export function makeStale(client: Client, entry: Entry, reason: string, change = {}): void {
  entry.generation += 1;
  entry.wanted = reason;
  update(entry, { ...change, stale: true, generation: entry.generation });
  schedule(client);
}

/** Whether an instance has no data that is young enough. */
export function isOld(client: Client, { snapshot }: Entry, staleTime?: number): boolean {
  const { stale, status, updatedAt } = snapshot;
  const limit = staleTime ?? client.options.staleTime ?? STALE_TIME;
  return stale || status !== "success" || Date.now() - updatedAt >= limit;
}

/** In one microtask, begins the fetch of each instance that is wanted, mounted and not running. */
export function schedule(client: Client): void {
  if (client.queued) return;
  client.queued = true;
  queueMicrotask(() => {
    client.queued = false;
    if (client.isPaused?.()) return;
    for (const entry of client.instances.values()) {
      if (entry.wanted && entry.mounts && !entry.flight) void run(client, entry);
    }
  });
}

/** Fetches an instance: the only place where a fetch begins and lands. */
async function run(client: Client, entry: Entry): Promise<void> {
  const { generation, landed, wanted = "" } = entry;
  const flight = (entry.flight = new AbortController());
  const timer = stopAfter((late) => {
    flight.abort(late);
  }, client.options.timeout);
  entry.wanted = undefined;
  update(entry, { isFetching: true });
  let reply: Partial<Reply>;
  try {
    reply = await read(client, entry, wanted, flight.signal);
  } catch (error) {
    reply = { error: error as MizanError<string> };
  }
  clearTimeout(timer);
  // Of a fetch that reset() ended nothing may be seen.
  if (entry.flight !== flight) return;
  entry.flight = undefined;
  const { error, body } = reply;
  if (entry.landed !== landed) update(entry, { isFetching: false });
  else if (error) update(entry, { error, status: "error", isFetching: false });
  else land(entry, body, entry.generation !== generation);
  schedule(client);
}

function read(
  client: Client,
  { key, context, params }: Entry,
  reason: string,
  signal: AbortSignal,
): Promise<Reply> {
  const start = client.options.baseUrl.replace(/^\w+:..[^/]*/, "").length + 4;
  return client.exchange(
    start + key.length > LONGEST_URL
      ? { path: `ctx/${context}/`, body: JSON.stringify(params), reason, signal }
      : { path: `ctx/${key}`, reason, signal },
  );
}

/** Forgets everything, as for another user; what is mounted is fetched anew. */
export function reset(client: Client): void {
  client.changed = true;
  tell<[MizanEvent]>(client.taps, { type: "reset" });
  for (const entry of client.instances.values()) {
    entry.flight?.abort();
    entry.flight = entry.base = entry.view = undefined;
    entry.landed += 1;
    makeStale(client, entry, "reset", PENDING);
  }
}

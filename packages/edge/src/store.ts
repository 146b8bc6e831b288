/**
 * Where an edge keeps replies (SPEC.md, section 10).
 * Invariant: within its bounds of entries and bytes; a purge drops every entry that has one of the
 * names.
 */

import type { Names } from "./purges.js";

/** A reply that is kept. */
export interface Entry {
  readonly status: number;
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: Uint8Array<ArrayBuffer>;
  /** What purges name it by: tags, URLs and patterns of them. */
  readonly names: readonly string[];
  /** The number of the latest purge before it was fetched. */
  readonly after: number;
  /** By whom purges were numbered: another's entries are as if they were not there. */
  readonly process: string;
  /** When it was new, in milliseconds of the edge's clock. */
  readonly born: number;
  /** Seconds: how long it is fresh, and may be sent after that. */
  readonly ttl: number;
  readonly whileRevalidate: number;
  readonly ifError: number;
  /** Fields of requests by which it was chosen, in lower case, and the digest of their values. */
  readonly vary: readonly string[];
  readonly variant: string;
}

/** In place of an entry, where there is one for each variant. */
export interface Variants {
  readonly vary: readonly string[];
}

export type Kept = Entry | Variants;

export function isEntry(kept: Kept | undefined): kept is Entry {
  return kept !== undefined && "body" in kept;
}

/**
 * A store: a worker platform's can stand in. What was put may be lost at any time. When a purge has
 * ended, nothing that was put before it began and has one of the names may be got again.
 */
export interface Store {
  get(key: string): Awaitable<Kept | undefined>;
  put(key: string, kept: Kept): Awaitable<void>;
  delete(key: string): Awaitable<void>;
  /** Drops what has one of the names; null: everything. */
  purge(names: Names): Awaitable<void>;
}

type Awaitable<T> = T | Promise<T>;

export interface MemoryStoreOptions {
  /** 10,000 by default. */
  readonly maxEntries?: number;
  /** What entries take, about; 64 MiB by default. */
  readonly maxBytes?: number;
}

interface Slot {
  readonly kept: Kept;
  readonly size: number;
}

const COST = 500; // of an entry beside its texts, about

/** A store in memory: what was least recently used makes room. */
export class MemoryStore implements Store {
  readonly #maxEntries: number;
  readonly #maxBytes: number;
  readonly #slots = new Map<string, Slot>();
  readonly #byName = new Map<string, Set<string>>();
  #bytes = 0;

  constructor({ maxEntries = 10_000, maxBytes = 64 * 1024 * 1024 }: MemoryStoreOptions = {}) {
    this.#maxEntries = maxEntries;
    this.#maxBytes = maxBytes;
  }

  /** How many entries there are, what they take, and by how many names they can be purged. */
  get stats(): { entries: number; bytes: number; names: number } {
    return { entries: this.#slots.size, bytes: this.#bytes, names: this.#byName.size };
  }

  get(key: string): Kept | undefined {
    const slot = this.#slots.get(key);
    if (slot === undefined) return undefined;
    this.#slots.delete(key);
    this.#slots.set(key, slot);
    return slot.kept;
  }

  put(key: string, kept: Kept): void {
    this.delete(key);
    const size = sizeOf(key, kept);
    this.#slots.set(key, { kept, size });
    this.#bytes += size;
    for (const name of namesOf(kept)) {
      const keys = this.#byName.get(name);
      if (keys === undefined) this.#byName.set(name, new Set([key]));
      else keys.add(key);
    }
    for (const oldest of this.#slots.keys()) {
      if (this.#slots.size <= this.#maxEntries && this.#bytes <= this.#maxBytes) break;
      this.delete(oldest);
    }
  }

  delete(key: string): void {
    const slot = this.#slots.get(key);
    if (slot === undefined) return;
    this.#slots.delete(key);
    this.#bytes -= slot.size;
    for (const name of namesOf(slot.kept)) {
      const keys = this.#byName.get(name);
      keys?.delete(key);
      if (keys?.size === 0) this.#byName.delete(name);
    }
  }

  purge(names: Names): void {
    const keys =
      names === null
        ? [...this.#slots.keys()]
        : [...names].flatMap((name) => [...(this.#byName.get(name) ?? [])]);
    for (const key of keys) this.delete(key);
  }
}

function namesOf(kept: Kept): readonly string[] {
  return isEntry(kept) ? kept.names : [];
}

function sizeOf(key: string, kept: Kept): number {
  if (!isEntry(kept)) return COST + key.length;
  const texts = [key, ...kept.headers.flat(), ...kept.names, ...kept.names];
  return COST + kept.body.length + texts.reduce((sum, text) => sum + 2 * text.length, 0);
}

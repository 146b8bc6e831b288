/**
 * Keeps replies, and finds them (SPEC.md, MZ-HDR-018, MZ-POL-006; RFC 9111, section 4.1).
 * Invariant: what a purge names that came after its fetch began is neither kept nor found.
 */

import { toKeep } from "./fields.js";
import { digest } from "./identity.js";
import type { Setup } from "./options.js";
import type { Names, Purges } from "./purges.js";
import { ownName, tagsOf } from "./stale.js";
import { isEntry, type Entry, type Kept } from "./store.js";
import type { Term } from "./term.js";
import type { Read } from "./read.js";

/** Where replies to a request are kept: for all, and for the user who sends it. */
export interface Keys {
  readonly shared: string;
  readonly own: string | null;
}

/** What is kept of a reply beside its fields. */
export interface Keeping {
  readonly key: string;
  readonly term: Term;
  readonly names: ReadonlySet<string>;
  readonly body: Uint8Array<ArrayBuffer>;
  readonly born: number;
  readonly after: number;
}

// A user's own entry has a key that stands in place of these (MZ-POL-006).
const OF_IDENTITY = new Set(["authorization", "cookie", "x-mizan-token"]);

/** The store, and who may be given what from it. */
export class Keeper {
  constructor(
    private readonly setup: Setup,
    private readonly purges: Purges,
    /** The tags of the contexts in which users change only their own. */
    private readonly ownTags: readonly string[],
  ) {}

  /** What is kept for a request, fresh or not; a user's own first. */
  async find(request: Request, keys: Keys): Promise<Entry | null> {
    const look = this.purges.look();
    try {
      for (const key of [keys.own, keys.shared]) {
        const found = key === null ? null : await this.#findAt(request, key);
        if (found?.process !== this.purges.process) continue;
        if (!this.purges.hasStruck(found.names, found.after)) return found;
      }
      return null;
    } finally {
      this.purges.end(look);
    }
  }

  async #findAt(request: Request, key: string): Promise<Entry | null> {
    let kept = await this.#get(key);
    if (kept !== undefined && !isEntry(kept)) {
      kept = await this.#get(key + (await variantOf(request, kept.vary)));
    }
    return isEntry(kept) ? kept : null;
  }

  /** What a store has; one that fails has nothing. */
  async #get(key: string): Promise<Kept | undefined> {
    try {
      return await this.setup.store.get(key);
    } catch (error) {
      this.setup.report(error);
      return undefined;
    }
  }

  /** Whether an entry that another's request brought is the variant for this one. */
  async suits(request: Request, { vary, variant }: Entry): Promise<boolean> {
    return variant === (await variantOf(request, vary));
  }

  /** By what a reply can be purged; null where it may not be kept. */
  namesOf({ url, user }: Read, headers: Headers, term: Term | null): Set<string> | null {
    const names = term === null ? null : this.setup.namer.name(url, headers);
    for (const tag of this.ownTags) {
      if (names?.has(tag)) names.add(ownName(tag, term?.scope === "own" ? user : null));
    }
    return names;
  }

  /** Keeps a reply, unless a purge that names it came after its fetch began. */
  async keep(
    { request }: Read,
    { status, headers }: Response,
    { key, term, names, body, born, after }: Keeping,
  ): Promise<{ entry: Entry; isStored: boolean }> {
    const vary = varyOf(headers, term);
    const { ttl, whileRevalidate, ifError } = term;
    const entry: Entry = {
      status,
      headers: [...toKeep(headers, this.setup.keepTags)],
      body,
      names: [...names],
      after,
      process: this.purges.process,
      born,
      ttl,
      whileRevalidate,
      ifError,
      vary,
      variant: await variantOf(request, vary),
    };
    return { entry, isStored: await this.#put(key, entry) };
  }

  async #put(key: string, entry: Entry): Promise<boolean> {
    const { store, report } = this.setup;
    const { names, after, vary, variant } = entry;
    if (this.purges.hasStruck(names, after)) return false;
    try {
      if (variant !== "") await store.put(key, { vary });
      await store.put(key + variant, entry);
      // A purge may have passed a store that is slow to put.
      if (!this.purges.hasStruck(names, after)) return true;
      await store.delete(key + variant);
    } catch (error) {
      report(error);
      // Perhaps it was put, and a purge passed it: nothing from before now counts.
      this.purges.record(null);
    }
    return false;
  }

  /** Drops what has one of the names; when it has ended, nobody is given that any more. */
  async purge(names: Names): Promise<void> {
    this.purges.record(names);
    try {
      await this.setup.store.purge(names);
    } catch (error) {
      this.setup.report(error);
      // What it has from before now counts as purged.
      this.purges.record(null);
    }
  }
}

/** Makes a keeper. */
export async function keeperOf(setup: Setup, purges: Purges): Promise<Keeper> {
  const keeper = new Keeper(setup, purges, await tagsOf(setup.ownContexts));
  // What a store has from before knows of no purge since.
  await keeper.purge(null);
  return keeper;
}

function varyOf(headers: Headers, { scope }: Term): string[] {
  const listed = (headers.get("Vary") ?? "").toLowerCase().split(",");
  const names = new Set(listed.map((name) => name.trim()).filter((name) => name !== ""));
  if (scope === "own") for (const name of OF_IDENTITY) names.delete(name);
  // It is in every key.
  names.delete("host");
  return [...names].sort();
}

/** What tells the variants of a reply apart: empty for a reply that has none. */
async function variantOf(request: Request, vary: readonly string[]): Promise<string> {
  if (vary.length === 0) return "";
  // Values may be secrets, and keys are seen.
  const values = vary.map((name) => [name, request.headers.get(name)]);
  return ` ${await digest(JSON.stringify(values))}`;
}

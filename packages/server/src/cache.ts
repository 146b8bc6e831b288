/**
 * The origin cache within one process (SPEC.md, section 15).
 * Invariant: a guard has a stamp only while nobody holds it, and a stamp that was taken away never
 * comes back; so an entry whose stamps are not those of its guards is dead for good.
 */

export interface CacheOptions {
  /** The longest that an entry lives, in seconds; 86,400 by default. */
  readonly ttl?: number;
  /** The longest that a hold lives, in seconds; 30 by default. */
  readonly hold?: number;
  /** The longest that others take a read to be computing, in seconds; 10 by default. */
  readonly compute?: number;
  /** How long a read waits for another that computes the same, in seconds; 2 by default. */
  readonly wait?: number;
  /** How many bytes all bodies may have; 64 MiB by default. */
  readonly maxBytes?: number;
  /** How many bytes a body may have; 1 MiB by default. */
  readonly maxEntryBytes?: number;
  /** Milliseconds of a clock that never goes back. */
  readonly clock?: () => number;
}

/** What is kept of a reply. */
export interface Kept {
  readonly body: Uint8Array<ArrayBuffer>;
  readonly etag: string;
  /** Whether it varies by facets. */
  readonly varied: boolean;
}

/** Where an entry is kept: its key, and the tags of its guards. */
export interface Slot {
  readonly key: string;
  readonly guards: readonly string[];
}

/** Guards that a mutation holds. */
export interface Hold {
  readonly id: string;
  readonly guards: readonly string[];
}

/** A computation that will be stored, with the stamps from before it. */
export interface Begun {
  readonly state: "miss";
  readonly id: string;
  readonly stamps: readonly string[];
}

/** After a miss: compute and store; or compute without storing, and for these reasons. */
export type Beginning = Begun | { readonly state: "held" | "busy" | "alone" };

interface Entry extends Kept {
  readonly stamps: readonly string[];
  readonly expires: number;
}

interface Claim {
  readonly id: string;
  readonly deadline: number;
  readonly stamps: readonly string[];
}

const ALONE_MS = 1000; // how long nobody waits for another, after an entry could not be stored
const ALONE = "-"; // in a claim: no computation's id is that short
const LEAST_SWEEP = 1024;
const COST = 1000; // of an entry beside its body, about

/** 128 random bits (MZ-COH-003). */
export function randomId(): string {
  return Array.from(crypto.getRandomValues(new Uint32Array(4)), (each) => each.toString(36)).join();
}

/** A cache of one process: entries least recently used make room. Others see none of it. */
export class MemoryCache {
  readonly limits: Required<CacheOptions>;
  readonly #entries = new Map<string, Entry>();
  readonly #stamps = new Map<string, string>();
  readonly #held = new Map<string, Map<string, number>>();
  readonly #claims = new Map<string, Claim>();
  #bytes = 0;
  #sweepAt = LEAST_SWEEP;

  constructor(options: CacheOptions = {}) {
    this.limits = {
      ttl: 86_400,
      hold: 30,
      compute: 10,
      wait: 2,
      maxBytes: 64 * 1024 * 1024,
      maxEntryBytes: 1024 * 1024,
      clock: () => performance.now(),
      ...options,
    };
  }

  /** How many entries, guards with a stamp, and held guards there are. */
  get stats(): { entries: number; guards: number; held: number } {
    return { entries: this.#entries.size, guards: this.#stamps.size, held: this.#held.size };
  }

  /** What is kept, if its guards' stamps all stand and none is held. */
  read({ key, guards }: Slot): Kept | null {
    const entry = this.#entries.get(key);
    if (entry === undefined) return null;
    this.#drop(key);
    if (entry.expires <= this.limits.clock() || !this.#stand(guards, entry.stamps)) return null;
    this.#put(key, entry);
    return entry;
  }

  /** Claims the computation of an entry after a miss. */
  begin(slot: Slot): Beginning {
    const now = this.limits.clock();
    if (slot.guards.some((guard) => this.#isHeld(guard, now))) return { state: "held" };
    const claim = this.#claims.get(slot.key);
    if (claim !== undefined && claim.deadline > now) {
      return { state: claim.id === ALONE ? "alone" : "busy" };
    }
    const stamps = slot.guards.map((guard) => this.#stamp(guard));
    const mine = { id: randomId(), deadline: now + this.limits.compute * 1000, stamps };
    this.#claims.set(slot.key, mine);
    this.#sweep(now);
    return { state: "miss", id: mine.id, stamps };
  }

  /**
   * Stores what was computed, for `ttl` seconds at most, and gives the claim back.
   *
   * @returns whether the stamps still stand: else a mutation overlapped the computation
   */
  store({ key, guards }: Slot, begun: Begun, kept: Kept, ttl: number): boolean {
    this.#giveBack(key, begun.id);
    if (!this.#stand(guards, begun.stamps)) return false;
    const life = Math.min(ttl, this.limits.ttl);
    this.#drop(key);
    this.#put(key, {
      ...kept,
      stamps: begun.stamps,
      expires: this.limits.clock() + life * 1000,
    });
    for (const oldest of this.#entries.keys()) {
      if (this.#bytes <= this.limits.maxBytes) break;
      this.#drop(oldest);
    }
    return true;
  }

  /** Gives a claim back; `alone`: what is computed cannot be stored, so nobody should wait. */
  abandon({ key }: Slot, begun: Begun, alone: boolean): void {
    if (!this.#giveBack(key, begun.id) || !alone) return;
    const deadline = this.limits.clock() + ALONE_MS;
    this.#claims.set(key, { id: ALONE, deadline, stamps: [] });
  }

  /** Takes the stamps of guards away, and holds them for `limits.hold` seconds. */
  hold({ id, guards }: Hold): void {
    const now = this.limits.clock();
    for (const guard of guards) {
      this.#stamps.delete(guard);
      const holds = this.#isHeld(guard, now) ? this.#held.get(guard) : undefined;
      const deadline = now + this.limits.hold * 1000;
      this.#held.set(guard, (holds ?? new Map<string, number>()).set(id, deadline));
    }
    this.#sweep(now);
  }

  /** After the commit: takes the stamps away, and releases. */
  renew(hold: Hold): void {
    for (const guard of hold.guards) this.#stamps.delete(guard);
    this.release(hold);
  }

  /** After a certain roll-back: releases without a purge. */
  release({ id, guards }: Hold): void {
    const now = this.limits.clock();
    for (const guard of guards) {
      this.#held.get(guard)?.delete(id);
      this.#isHeld(guard, now);
    }
  }

  #stamp(guard: string): string {
    const stamp = this.#stamps.get(guard) ?? randomId();
    this.#stamps.set(guard, stamp);
    return stamp;
  }

  #stand(guards: readonly string[], stamps: readonly string[]): boolean {
    return guards.every((guard, at) => this.#stamps.get(guard) === stamps[at]);
  }

  #put(key: string, entry: Entry): void {
    this.#entries.set(key, entry);
    this.#bytes += entry.body.length + COST;
  }

  #drop(key: string): void {
    const entry = this.#entries.get(key);
    if (entry === undefined) return;
    this.#entries.delete(key);
    this.#bytes -= entry.body.length + COST;
  }

  /** Whether a guard is held, without the holds that have expired. */
  #isHeld(guard: string, now: number): boolean {
    const holds = this.#held.get(guard);
    if (holds === undefined) return false;
    for (const [id, deadline] of holds) if (deadline <= now) holds.delete(id);
    if (holds.size === 0) this.#held.delete(guard);
    return holds.size > 0;
  }

  /** Drops a claim if it is still that computation's, and says whether it was. */
  #giveBack(key: string, id: string): boolean {
    return this.#claims.get(key)?.id === id && this.#claims.delete(key);
  }

  /** Drops what nothing names any more, each time its number has doubled. */
  #sweep(now: number): void {
    const count = (): number => this.#stamps.size + this.#claims.size + this.#held.size;
    if (count() <= this.#sweepAt) return;
    for (const [key, { deadline }] of this.#claims) if (deadline <= now) this.#claims.delete(key);
    for (const guard of this.#held.keys()) this.#isHeld(guard, now);
    for (const [key, { expires }] of this.#entries) if (expires <= now) this.#drop(key);
    const named = [...this.#entries.values(), ...this.#claims.values()];
    const live = new Set(named.flatMap(({ stamps }) => stamps));
    for (const [guard, stamp] of this.#stamps) if (!live.has(stamp)) this.#stamps.delete(guard);
    this.#sweepAt = Math.max(LEAST_SWEEP, 2 * count());
  }
}

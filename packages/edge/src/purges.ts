/**
 * The order of purges and fetches (SPEC.md, MZ-HDR-018).
 * Invariant: of whatever began before a purge that names it, the purge is known here until it has
 * ended; so it is never kept.
 */

/** Names of entries, or everything. */
export type Names = ReadonlySet<string> | null;

/** A fetch or a look at the store that goes on. */
export interface Begun {
  /** The number of the latest purge before it; of a look, before the oldest fetch of its time. */
  readonly after: number;
}

const MOST = 65_536;

/** Numbers purges, and knows of each name its latest one, for as long as a fetch needs that. */
export class Purges {
  #latest = 0;
  #process: string | null = null;
  /** What began before this one counts as purged. */
  #floor = 0;
  readonly #purged = new Map<string, number>();
  readonly #fetches = new Set<Begun>();
  readonly #looks = new Set<Begun>();

  /** @param most how many names are known at a time; beyond it more counts as purged */
  constructor(private readonly most: number = MOST) {}

  /** Random: who numbers these. Made when first asked for, as workers have no chance before that. */
  get process(): string {
    return (this.#process ??= crypto.randomUUID());
  }

  /** The number of the latest purge. */
  get latest(): number {
    return this.#latest;
  }

  /** How many names are known. */
  get size(): number {
    return this.#purged.size;
  }

  /** Notes a purge of all that has one of the names. */
  record(names: Names): void {
    this.#latest += 1;
    if (names === null) {
      this.#floor = this.#latest;
      this.#purged.clear();
      return;
    }
    for (const name of names) {
      // To the end, so that the map is in the order of purges.
      this.#purged.delete(name);
      this.#purged.set(name, this.#latest);
    }
    this.#forget();
  }

  /** Notes that a fetch begins now. It must end. */
  begin(): Begun {
    const begun = { after: this.#latest };
    this.#fetches.add(begun);
    return begun;
  }

  end(begun: Begun): void {
    this.#fetches.delete(begun);
    this.#looks.delete(begun);
    this.#forget();
  }

  /**
   * Notes that a store is looked at from now on. It must end. A slow one may give what a fetch put
   * there that has ended since: what that fetch needed is known until the look has ended, too.
   */
  look(): Begun {
    const [oldest] = this.#fetches;
    const begun = { after: oldest?.after ?? this.#latest };
    this.#looks.add(begun);
    return begun;
  }

  /** Whether what has these names, and was fetched after that purge, was purged since. */
  hasStruck(names: Iterable<string>, after: number): boolean {
    if (after < this.#floor) return true;
    for (const name of names) if ((this.#purged.get(name) ?? 0) > after) return true;
    return false;
  }

  /** Drops what no fetch or look that goes on can need, and the oldest of too many. */
  #forget(): void {
    // A set is in the order of insertion, so its first began first.
    const [fetch] = this.#fetches;
    const [look] = this.#looks;
    const oldest = Math.min(fetch?.after ?? Infinity, look?.after ?? Infinity);
    for (const [name, number] of this.#purged) {
      if (number > oldest) {
        if (this.#purged.size <= this.most) return;
        this.#floor = number;
      }
      this.#purged.delete(name);
    }
  }
}

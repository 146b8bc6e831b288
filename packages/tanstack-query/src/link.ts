/**
 * One query and the entry of the runtime that it shows.
 * Invariant: whatever is written to the query, it is invalidated for as long as its entry is stale.
 */

import { mizanFetch, type Client, type MizanContext } from "@mizan/runtime";
import { entryOf, makeStale, subscribe, type Entry, type Identity } from "@mizan/runtime/adapter";
import { hydrate } from "@mizan/runtime/hydrate";
import type { Mutation, MutationCache, Query, QueryCacheNotifyEvent } from "@tanstack/query-core";

type Action = Extract<QueryCacheNotifyEvent, { type: "updated" }>["action"];

/** What of an entry a query has. */
interface Seen {
  landed: number;
  data: unknown;
}

export class Link {
  readonly #entry: Entry;
  #seen: Seen;
  #generation: number;
  /** What the queryFn gave last, until the query has it. */
  #given: Seen | undefined;
  /** Mutations whose optimistic data is shown: until they are over the server's is not. */
  readonly #writers = new Set<Mutation>();
  #isMounted: boolean | undefined;
  #isWriting = false;
  #isJoining = false;
  #stop = (): void => undefined;

  constructor(
    private readonly client: Client,
    readonly query: Query,
    identity: Identity,
    private readonly mutations: MutationCache,
  ) {
    this.#entry = entryOf(client, identity);
    this.#seen = { landed: this.#entry.landed, data: this.#entry.snapshot.data };
    this.#generation = this.#entry.generation;
    this.mount();
  }

  /** Has the runtime keep the instance fresh for as long as an enabled observer shows the query. */
  mount(): void {
    const enabled = this.query.isActive();
    if (enabled === this.#isMounted) return;
    this.#isMounted = enabled;
    if (enabled) this.#adopt();
    const stop = this.#stop;
    // How old data may be is for TanStack Query to say, what is stale for the runtime.
    this.#stop = subscribe(this.client, this.#entry, this.#follow, {
      enabled,
      staleTime: Infinity,
    });
    stop();
  }

  end(): void {
    this.#stop();
  }

  /** Data that no invalidation has overtaken; a fetch that runs is too old for whoever asks now. */
  async read<P extends object, D>(context: MizanContext<P, D>, params: NoInfer<P>): Promise<D> {
    if (!this.#isJoining) this.#overtake("refetch");
    const data = await mizanFetch(this.client, context, params, { staleTime: 0 });
    this.#given = { landed: this.#entry.landed, data };
    return data;
  }

  /** Told of what was done to the query, by anybody. */
  see(action: Action): void {
    if (this.#isWriting) return;
    if (action.type === "invalidate") this.#overtake("invalidateQueries");
    else if (action.type === "success" && action.manual) {
      for (const each of this.mutations.findAll({ status: "pending" })) this.#writers.add(each);
    } else if (action.type === "success") {
      this.#writers.clear();
      this.#seen = this.#given ?? this.#seen;
      this.#given = undefined;
      this.#follow();
    }
    this.#mark();
  }

  /** Told of a mutation that is over, when its callbacks have run. */
  release(mutation: Mutation): void {
    if (!this.#writers.delete(mutation)) return;
    // What was rolled back to may be older than what has landed since, or another user's.
    if (mutation.state.status === "error") this.#seen.landed = -1;
    if (this.#writers.size === 0) this.#follow();
  }

  /** Told that everything is about to be forgotten. */
  reset(): void {
    this.#writers.clear();
  }

  /** Gives the runtime data from a page that a server rendered, or from elsewhere in the page. */
  #adopt(): void {
    const { context, params, snapshot } = this.#entry;
    const { data } = this.query.state;
    if (data === undefined || snapshot.status !== "pending" || this.#writers.size > 0) return;
    this.#seen.data = data;
    hydrate(this.client, [{ context, params, data }]);
  }

  /** Shows what became of the entry. */
  readonly #follow = (): void => {
    const isHeld = this.#writers.size > 0;
    if (!isHeld) this.#show();
    this.#mark();
    if (!isHeld) this.#fetch();
  };

  #show(): void {
    const { landed, snapshot } = this.#entry;
    const { data, updatedAt } = snapshot;
    if (landed === this.#seen.landed && data === this.#seen.data) return;
    this.#seen = { landed, data };
    if (data === undefined) this.#generation = -1;
    this.#write(() => {
      if (data === undefined) this.query.reset();
      else this.query.setData(data, { updatedAt, manual: true });
    });
  }

  #mark(): void {
    if (!this.#entry.snapshot.stale) return;
    this.#write(() => {
      this.query.invalidate();
    });
  }

  /** The runtime fetches what is stale and shown: the query waits for the same. */
  #fetch(): void {
    const { query } = this;
    const { generation, snapshot } = this.#entry;
    const isNew = generation !== this.#generation;
    this.#generation = generation;
    const isWanted = isNew && (snapshot.stale || query.state.data === undefined);
    if (!isWanted || !query.isActive() || query.state.fetchStatus !== "idle") return;
    this.#isJoining = true;
    query.fetch().catch(() => undefined);
    this.#isJoining = false;
  }

  /** A fetch that runs is older than what is asked for: another is to follow. */
  #overtake(reason: string): void {
    const entry = this.#entry;
    if (entry.flight && !entry.wanted) makeStale(this.client, entry, reason);
  }

  #write(write: () => void): void {
    this.#isWriting = true;
    write();
    this.#isWriting = false;
  }
}

/**
 * A list of pages, each an instance of one context, without React.
 * Invariant: a page is fetched when the one before it is fresh, and is the one that it says is next.
 */

import { registerContext } from "@mizan/runtime";
import type { Client, Instance, MizanContext, MizanError, Snapshot } from "@mizan/runtime";

/** How the pages of a context follow each other; the names are TanStack's. */
export interface Paging<P extends object, D, K extends keyof P & string> {
  /** The parameter that says which page: a number, or a cursor. */
  readonly pageParam: K;
  /** Its value for the first page; where it is left out, the context's default. */
  readonly initialPageParam?: P[K];
  /** Its value for the page after these; null or undefined after the last. */
  readonly getNextPageParam: (last: D, pages: readonly D[]) => P[K] | null | undefined;
}

export interface ListOptions {
  /** Whether to fetch; true by default. */
  readonly enabled?: boolean | undefined;
  /** The age in ms from which a page is fetched anew when it is mounted. */
  readonly staleTime?: number | undefined;
}

/** What a list shows. */
export interface ListState<D> {
  /** The pages in order; kept together as they were until all of them are fresh. */
  readonly pages: readonly D[];
  readonly error: MizanError<string> | undefined;
  readonly status: "pending" | "success" | "error";
  readonly isPending: boolean;
  readonly isFetching: boolean;
  /** Whether an invalidation overtook one of the pages. */
  readonly isStale: boolean;
  readonly hasNextPage: boolean;
  readonly isFetchingNextPage: boolean;
}

interface Step<D> {
  readonly instance: Instance<D>;
  readonly snapshot: Snapshot<D>;
}

/** The pages as the store has them, up to the first that is not fresh. */
interface Walk<D> {
  readonly steps: readonly Step<D>[];
  readonly fresh: readonly D[];
  /** Whether all pages that are wanted are fresh, or none is left. */
  readonly isWhole: boolean;
  /** Whether there is a page after those that are fresh. */
  readonly hasNext: boolean;
}

export class PageList<P extends object, D, K extends keyof P & string> {
  readonly #client: Client;
  readonly #context: MizanContext<P, D>;
  readonly #params: Omit<P, K>;
  readonly #paging: Paging<P, D, K>;
  /** By key, what ends the mounting of a page. */
  readonly #mounted = new Map<string, () => void>();
  readonly #known = new Set<string>();
  #follow: (() => void) | undefined;
  #wanted = 1;
  #shown: readonly D[] = [];

  constructor(
    client: Client,
    context: MizanContext<P, D>,
    params: Omit<P, K>,
    paging: Paging<P, D, K>,
  ) {
    this.#client = client;
    this.#context = context;
    this.#params = params;
    this.#paging = paging;
  }

  /** Listens, and has the pages fetched; returns what ends it. For one listener at a time. */
  subscribe(listener: () => void, options: ListOptions): () => void {
    this.#follow = () => {
      this.#mount(options);
      listener();
    };
    this.#mount(options);
    return () => {
      this.#follow = undefined;
      this.#keep(new Set());
      this.#known.clear();
    };
  }

  /** Asks for the page after those that are shown, if there is one; again if it has failed. */
  readonly fetchNextPage = (): void => {
    const { steps, hasNext } = this.#walk();
    if (!hasNext) return;
    this.#wanted = this.#shown.length + 1;
    this.#keep(new Set(steps.filter((each) => !each.snapshot.error).map(keyOf)));
    this.#follow?.();
  };

  getState(): ListState<D> {
    const { steps, fresh, isWhole, hasNext } = this.#walk();
    const snapshots = steps.map(({ snapshot }) => snapshot);
    const isEmpty = snapshots[0]?.data === undefined;
    // New pages beside old ones would show some rows twice and others not at all.
    if (isWhole || isEmpty || fresh.length >= this.#shown.length) {
      if (!isSame(fresh, this.#shown)) this.#shown = fresh;
    }
    const pages = this.#shown;
    const error = snapshots.find((each) => each.error)?.error;
    const status = error ? "error" : isEmpty ? "pending" : "success";
    const isFetching = snapshots.some((each) => each.isFetching);
    const isStale = snapshots.some((each) => each.stale);
    return {
      pages,
      error,
      status,
      isPending: status === "pending",
      isFetching,
      isStale,
      hasNextPage: hasNext,
      isFetchingNextPage: isFetching && !isWhole && !isEmpty && fresh.length === pages.length,
    };
  }

  #walk(): Walk<D> {
    const { pageParam, initialPageParam, getNextPageParam } = this.#paging;
    const steps = [];
    const fresh: D[] = [];
    let page: P[K] | null | undefined = initialPageParam;
    do {
      const params = { ...this.#params, [pageParam]: page } as P;
      const instance = registerContext(this.#client, this.#context, params);
      const snapshot = instance.getSnapshot();
      steps.push({ instance, snapshot });
      const { data, stale } = snapshot;
      if (data === undefined || stale) {
        return { steps, fresh, isWhole: false, hasNext: fresh.length > 0 };
      }
      fresh.push(data);
      page = getNextPageParam(data, fresh);
    } while (page != null && fresh.length < this.#wanted);
    return { steps, fresh, isWhole: true, hasNext: page != null };
  }

  /** Mounts the pages of the walk alone, so that what comes later waits for what comes before. */
  #mount({ enabled, staleTime }: ListOptions): void {
    const { steps } = this.#walk();
    this.#keep(new Set(steps.map(keyOf)));
    for (const {
      instance: { key, subscribe },
    } of steps) {
      if (this.#mounted.has(key)) continue;
      const age = this.#known.has(key) ? Infinity : staleTime;
      this.#known.add(key);
      const listen = (): void => this.#follow?.();
      this.#mounted.set(key, subscribe(listen, { enabled, staleTime: age }));
    }
  }

  #keep(keys: ReadonlySet<string>): void {
    for (const [key, stop] of this.#mounted) {
      if (keys.has(key)) continue;
      this.#mounted.delete(key);
      stop();
    }
  }
}

function keyOf({ instance }: Step<unknown>): string {
  return instance.key;
}

function isSame(one: readonly unknown[], other: readonly unknown[]): boolean {
  return one.length === other.length && one.every((each, index) => each === other[index]);
}

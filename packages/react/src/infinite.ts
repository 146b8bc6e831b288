/**
 * Hooks that show a list of pages.
 * Invariant: pages that are shown together fit together, whatever changes in between.
 */

import { registerContext, type MizanContext } from "@mizan/runtime";
import { useCallback, useMemo, useSyncExternalStore } from "react";
import { PageList, type ListOptions, type ListState, type Paging } from "./pages.js";
import { useMizan } from "./provider.js";
import { track } from "./tracked.js";
import type { ParamsAnd } from "./types.js";

export type { ListOptions, ListState, Paging } from "./pages.js";

/** What the hook gives. A component is drawn anew for the members alone that it has read. */
export interface InfiniteResult<D> extends ListState<D> {
  /** Asks for the page after those that are shown, if there is one. */
  readonly fetchNextPage: () => void;
}

export type InfiniteHook<P extends object, D, K extends keyof P> = (
  ...args: ParamsAnd<Omit<P, K>, ListOptions>
) => InfiniteResult<D>;

/**
 * A hook of a list whose pages are instances of one context.
 *
 * An invalidation has its pages fetched anew in order, each with the parameter that the one before
 * it now gives.
 */
export function infiniteHook<P extends object, D, K extends keyof P & string>(
  context: MizanContext<P, D>,
  paging: Paging<P, D, K>,
): InfiniteHook<P, D, K> {
  return (...[params, options]) => {
    const rest = params ?? ({} as Omit<P, K>);
    const { enabled, staleTime } = options ?? {};
    const client = useMizan();
    const { key } = registerContext(client, context, rest as P);
    const [list, tracked] = useMemo(
      () =>
        [new PageList(client, context, rest, paging), { read: new Set<PropertyKey>() }] as const,
      [client, key],
    );
    const look = (): InfiniteResult<D> =>
      track(tracked, { ...list.getState(), fetchNextPage: list.fetchNextPage });
    return useSyncExternalStore(
      useCallback(
        (listener: () => void) => list.subscribe(listener, { enabled, staleTime }),
        [list, enabled, staleTime],
      ),
      look,
      look,
    );
  };
}

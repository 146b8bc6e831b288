/**
 * Hooks that show a context.
 * Invariant: a component shows what the store has, and is drawn anew for what it has read alone.
 */

import { registerContext, type Client, type MizanContext, type Snapshot } from "@mizan/runtime";
import { useCallback, useEffect, useMemo, useRef, useSyncExternalStore } from "react";
import { isEqual as isEqualJson } from "./equal.js";
import { useMizan } from "./provider.js";
import { track, type Tracked } from "./tracked.js";
import type { ContextHook, ContextOptions, ContextResult } from "./types.js";

/** What a hook showed last of one instance, and of what. */
interface View<D, S> extends Tracked<ContextResult<S>> {
  readonly client: Client;
  readonly key: string;
  snapshot?: Snapshot<D>;
  select?: ContextOptions<D, S>["select"];
  /** What was shown that was no placeholder. */
  own?: { readonly data: S | undefined };
}

/** A hook of a context: `useUser({ user_id: 5 })`. */
export function contextHook<P extends object, D>(context: MizanContext<P, D>): ContextHook<P, D> {
  return (...[params, options]) => useInstance(context, params ?? ({} as P), options);
}

/**
 * The hook of contexts that are known only when it runs.
 *
 * @param served what a server has shown, until the page is hydrated
 */
export function useInstance<P extends object, D, S = D>(
  context: MizanContext<P, D>,
  params: NoInfer<P>,
  options: ContextOptions<D, S> = {},
  served?: Snapshot<D>,
): ContextResult<S> {
  const client = useMizan();
  const { enabled, staleTime } = options;
  const { key, subscribe, getSnapshot } = registerContext(client, context, params);
  const view = useMemo<View<D, S>>(() => ({ client, key, read: new Set() }), [client, key]);
  const previous = useRef(view);
  const look = (snapshot = getSnapshot()): ContextResult<S> =>
    show(view, snapshot, options, previous.current);
  const result = useSyncExternalStore(
    useCallback(
      (listener: () => void) => subscribe(listener, { enabled, staleTime }),
      [client, key, enabled, staleTime],
    ),
    () => look(),
    () => look(served),
  );
  useEffect(() => {
    if (view.own) previous.current = view;
  });
  return result;
}

function show<D, S>(
  view: View<D, S>,
  snapshot: Snapshot<D>,
  { select, isEqual = isEqualJson, keepPrevious }: ContextOptions<D, S>,
  { client, key, own: kept }: View<D, S>,
): ContextResult<S> {
  if (view.shown && view.snapshot === snapshot && view.select === select) return view.shown;
  Object.assign(view, { snapshot, select });
  const { data: all, error, status, isFetching, stale } = snapshot;
  const old = view.result?.data;
  let data = all !== undefined && select ? select(all) : (all as S | undefined);
  if (old !== undefined && data !== undefined && isEqual(old, data)) data = old;
  // Of another client, or of what a reset has cleared, nothing may be left.
  const isPlaceholder =
    !!keepPrevious &&
    status === "pending" &&
    !stale &&
    client === view.client &&
    kept?.data !== undefined &&
    client.instances.get(key)?.snapshot.status !== "pending";
  if (!isPlaceholder) view.own = { data };
  return track(view, {
    data: isPlaceholder ? kept.data : data,
    error,
    status: isPlaceholder ? "success" : status,
    isPending: status === "pending" && !isPlaceholder,
    isFetching,
    isStale: stale,
    isPlaceholder,
  });
}

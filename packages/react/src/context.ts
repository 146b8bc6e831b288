/**
 * Hooks that show a context.
 * Invariant: a component shows what the store has, and is drawn anew for what it has read alone.
 */

import { registerContext, type MizanContext, type Snapshot } from "@mizan/runtime";
import { useCallback, useEffect, useMemo, useRef, useSyncExternalStore } from "react";
import { isEqual as isEqualJson } from "./equal.js";
import { useMizan } from "./provider.js";
import type { ContextHook, ContextOptions, ContextResult } from "./types.js";

/** What a hook showed last of one instance. */
interface View<D, S> {
  snapshot?: Snapshot<D>;
  select?: ContextOptions<D, S>["select"];
  result?: ContextResult<S>;
  /** The result, which notes what is read of it. */
  shown?: ContextResult<S>;
  readonly read: Set<PropertyKey>;
}

/** A hook of a context: `useUser({ user_id: 5 })`. */
export function contextHook<P extends object, D>(context: MizanContext<P, D>): ContextHook<P, D> {
  return (...[params, options]) => useInstance(context, params ?? ({} as P), options);
}

/** The hook of contexts that are known only when it runs. */
export function useInstance<P extends object, D, S>(
  context: MizanContext<P, D>,
  params: NoInfer<P>,
  options: ContextOptions<D, S> = {},
): ContextResult<S> {
  const client = useMizan();
  const { enabled, staleTime } = options;
  const { key, subscribe, getSnapshot } = registerContext(client, context, params);
  const view = useMemo<View<D, S>>(() => ({ read: new Set() }), [client, key]);
  const previous = useRef<S>(undefined);
  const look = (): ContextResult<S> => show(view, getSnapshot(), options, previous.current);
  const shown = useSyncExternalStore(
    useCallback(
      (listener: () => void) => subscribe(listener, { enabled, staleTime }),
      [client, key, enabled, staleTime],
    ),
    look,
    look,
  );
  useEffect(() => {
    previous.current = view.result?.data;
  });
  return shown;
}

/** What is shown of a snapshot: the same object unless a member that was read is another. */
function show<D, S>(
  view: View<D, S>,
  snapshot: Snapshot<D>,
  { select, isEqual = isEqualJson, keepPrevious }: ContextOptions<D, S>,
  previous: S | undefined,
): ContextResult<S> {
  if (view.shown && view.snapshot === snapshot && view.select === select) return view.shown;
  const { result: old } = view;
  const next = resultOf(snapshot, select, keepPrevious ? previous : undefined);
  if (old?.data !== undefined && next.data !== undefined && isEqual(old.data, next.data)) {
    next.data = old.data;
  }
  Object.assign(view, { snapshot, select });
  // What nobody has read may change in place.
  if (view.shown && old && [...view.read].every((name) => same(old, next, name))) {
    Object.assign(old, next);
    return view.shown;
  }
  view.result = next;
  return (view.shown = new Proxy(next, {
    get: (target, name) => {
      view.read.add(name);
      return Reflect.get(target, name) as unknown;
    },
  }));
}

function same(one: object, other: object, name: PropertyKey): boolean {
  return Reflect.get(one, name) === Reflect.get(other, name);
}

type Writable<T> = { -readonly [Name in keyof T]: T[Name] };

function resultOf<D, S>(
  { data: all, error, status, isFetching, stale }: Snapshot<D>,
  select: ContextOptions<D, S>["select"],
  previous: S | undefined,
): Writable<ContextResult<S>> {
  const isPlaceholder = status === "pending" && previous !== undefined;
  const isPending = status === "pending" && !isPlaceholder;
  return {
    data: isPlaceholder ? previous : all !== undefined && select ? select(all) : (all as S),
    error,
    status: isPlaceholder ? "success" : status,
    isPending,
    isFetching,
    isStale: stale,
    isPlaceholder,
  };
}

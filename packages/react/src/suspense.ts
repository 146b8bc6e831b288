/**
 * Hooks that wait for a context.
 * Invariant: data is shown, never undefined, and nothing mounts on data that is known to be stale.
 */

import { prefetch, registerContext } from "@mizan/runtime";
import type { Client, MizanContext, MizanError, Snapshot } from "@mizan/runtime";
import { useContext, useDebugValue, useEffect, useRef } from "react";
import { useInstance } from "./context.js";
import { useMizan } from "./provider.js";
import { ScopeContext } from "./scope.js";
import type { SuspenseHook, SuspenseOptions } from "./types.js";

/** For how long, in ms, what a component waited for, data or an error, is not fetched anew by it. */
const YOUNG = 1_000;

/** For how long, in ms, it is kept for that component, which may wait for something else as well. */
const KEPT = 30_000;

/** Statuses that say that there is nothing for this user, or not any more. */
const DENIED = [401, 403, 404];

/** When errors were drawn first. React draws again, in later tasks too, before a boundary has them. */
const drawn = new WeakMap<MizanError<string>, number>();

/**
 * A hook of a context that suspends until there is data: `useSuspenseUser({ user_id: 5 })`.
 *
 * An error goes to the error boundary unless there is data to show; one that denies it (401, 403,
 * 404) always. Components that are mounted a second later, or after an invalidation, try anew.
 */
export function suspenseHook<P extends object, D>(context: MizanContext<P, D>): SuspenseHook<P, D> {
  return (...[params, options]) => useSuspenseInstance(context, params ?? ({} as P), options);
}

/** The hook of contexts that are known only when it runs. */
export function useSuspenseInstance<P extends object, D, S = D>(
  context: MizanContext<P, D>,
  params: NoInfer<P>,
  options: SuspenseOptions<D, S> = {},
): S {
  const client = useMizan();
  const mounted = useRef<string>(undefined);
  const { awaited, read, served } = useContext(ScopeContext);
  const instance = registerContext(client, context, params);
  const { key } = instance;
  const { data: known, error, stale, isFetching } = instance.getSnapshot();
  const data = error && DENIED.includes(error.status) ? undefined : known;
  awaited?.delete(key);
  const isTrying = isFetching || client.instances.get(key)?.wanted;
  const isNews = error && !isTrying && isYoung(error);
  if (isNews && data === undefined) throw error;
  if (data === undefined || (stale && !isNews && mounted.current !== key)) {
    const arrived = arrival(client, context, params);
    awaited?.set(key, arrived);
    // eslint-disable-next-line @typescript-eslint/only-throw-error -- as React wants it
    throw arrived;
  }
  read?.set(key, { context: context.name, params: instance.params, data });
  useEffect(() => {
    mounted.current = key;
  }, [key]);
  const { staleTime = client.options.staleTime } = options;
  const age = staleTime === undefined ? undefined : Math.max(staleTime, YOUNG);
  const shown = served?.get(key) as Snapshot<D> | undefined;
  const result = useInstance(context, params, { ...options, staleTime: age }, shown);
  // Reading it has this drawn anew for an error, which may be one to be thrown.
  useDebugValue(result.error);
  return result.data as S;
}

function isYoung(error: MizanError<string>): boolean {
  const first = drawn.get(error) ?? Date.now();
  drawn.set(error, first);
  return Date.now() - first < YOUNG;
}

/** When data or an error is there; it is not forgotten before what waits for it is drawn. */
async function arrival<P extends object, D>(
  client: Client,
  context: MizanContext<P, D>,
  params: NoInfer<P>,
): Promise<void> {
  const { subscribe } = registerContext(client, context, params);
  const stop = subscribe(() => undefined, { enabled: false });
  await prefetch(client, context, params);
  // What a server has drawn goes with its client.
  if (typeof document !== "undefined") setTimeout(stop, KEPT);
}

/**
 * Reading an instance once.
 * Invariant: what is returned was not overtaken by any invalidation known by then.
 */

import { identify } from "./canonical.js";
import { subscribe } from "./instance.js";
import { entryOf } from "./store.js";
import type { Client, MizanContext } from "./types.js";
import { patiently } from "./wait.js";

export interface FetchOptions {
  /** Ends the waiting, not the fetch, which others may share. */
  readonly signal?: AbortSignal | undefined;
  /** The age in ms from which data is fetched anew; 0: always. */
  readonly staleTime?: number | undefined;
}

/**
 * The data of an instance: from the store if it is not stale and young enough, else fetched.
 *
 * @throws MizanError; the reason of the signal
 */
export async function mizanFetch<P extends object, D>(
  client: Client,
  context: MizanContext<P, D>,
  params: NoInfer<P>,
  { signal, staleTime }: FetchOptions = {},
): Promise<D> {
  signal?.throwIfAborted();
  const entry = entryOf(client, identify(context, params));
  let stop: () => void;
  const work = new Promise<unknown>((resolve, reject) => {
    const look = (): void => {
      if (entry.wanted || entry.flight) return;
      stop();
      const { error, data } = entry.snapshot;
      if (error) reject(error);
      else resolve(data);
    };
    stop = subscribe(client, entry, look, { staleTime });
    look();
  });
  return patiently(work, signal, 0, () => {
    stop();
  }) as Promise<D>;
}

/** The same for data that will be asked for soon. Never rejects. */
export function prefetch<P extends object, D>(
  client: Client,
  context: MizanContext<P, D>,
  params: NoInfer<P>,
  options?: FetchOptions,
): Promise<void> {
  const ignore = (): void => undefined;
  return mizanFetch(client, context, params, options).then(ignore, ignore);
}

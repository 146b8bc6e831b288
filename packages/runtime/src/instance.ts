/**
 * Instances as pages see them.
 * Invariant: a snapshot is the same object until something changed.
 */

import { identify } from "./canonical.js";
import { entryOf, isOld, PENDING, schedule } from "./store.js";
import type { Client, Entry, Instance, MizanContext, Snapshot, SubscribeOptions } from "./types.js";

/**
 * The instance of a context with these parameters. Nothing is stored or fetched until it is
 * subscribed to.
 *
 * @throws TypeError for a parameter that is a number but not finite, URIError for a lone surrogate
 */
export function registerContext<P extends object, D>(
  client: Client,
  context: MizanContext<P, D>,
  params: NoInfer<P>,
): Instance<D> {
  const identity = identify(context, params);
  return {
    ...identity,
    getSnapshot: () => (client.instances.get(identity.key)?.snapshot ?? PENDING) as Snapshot<D>,
    subscribe: (listener, options) =>
      subscribe(client, entryOf(client, identity), listener, options),
  };
}

/** Listens to an entry, and has it fetched where it is enabled; returns what ends it. */
export function subscribe(
  client: Client,
  entry: Entry,
  listener: () => void,
  { enabled = true, staleTime }: SubscribeOptions = {},
): () => void {
  // One function may listen twice.
  const tell = (): void => {
    listener();
  };
  entry.listeners.add(tell);
  if (enabled) {
    entry.mounts += 1;
    // What is being fetched is as young as it can be.
    if (!entry.flight && isOld(client, entry, staleTime)) entry.wanted ??= "mount";
    schedule(client);
  }
  return () => {
    if (!entry.listeners.delete(tell)) return;
    if (enabled) entry.mounts -= 1;
    if (!entry.listeners.size) client.idle?.(entry);
  };
}

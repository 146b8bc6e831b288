/**
 * Fetching again and again.
 * Invariant: nothing is fetched for a page that nobody sees.
 */

import { identify } from "./canonical.js";
import { world } from "./exchange.js";
import { schedule } from "./store.js";
import type { Client, MizanContext } from "./types.js";

/** Fetches an instance every so many ms while it is mounted and the page is seen. */
export function refetchEvery<P extends object, D>(
  client: Client,
  context: MizanContext<P, D>,
  params: NoInfer<P>,
  ms: number,
): () => void {
  const { key } = identify(context, params);
  const timer = setInterval(() => {
    const entry = client.instances.get(key);
    if (!entry?.mounts || entry.flight || world.document?.hidden) return;
    entry.wanted ??= "interval";
    schedule(client);
  }, ms);
  return () => {
    clearInterval(timer);
  };
}

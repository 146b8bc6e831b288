/**
 * A client: all the state of one user's session.
 * Invariant: no module holds state outside a client, so two users on a server never mix.
 */

import { exchange } from "./exchange.js";
import type { Client, ClientOptions, Feature, MizanEvent } from "./types.js";

/**
 * A client with the chosen features alone; `createClient` has them all.
 *
 * Without `preciseHeader` a field X-Mizan-Invalidate makes everything stale.
 */
export function createCore(options: ClientOptions, ...features: Feature[]): Client {
  const client: Client = {
    options,
    instances: new Map(),
    taps: new Set(),
    queued: false,
    exchange: (request) => exchange(options, request),
    readHeader: () => ["*"],
  };
  for (const feature of features) feature(client);
  return client;
}

/** Listens to what happens on a client; returns what ends it. */
export function on(client: Client, listener: (event: MizanEvent) => void): () => void {
  client.taps.add(listener);
  return () => {
    client.taps.delete(listener);
  };
}

/** Calls listeners; what one throws is reported as uncaught and harms nobody else. */
export function tell<T extends unknown[]>(
  listeners: Iterable<(...args: T) => void>,
  ...args: T
): void {
  for (const listener of [...listeners]) {
    try {
      listener(...args);
    } catch (error) {
      queueMicrotask(() => {
        throw error;
      });
    }
  }
}

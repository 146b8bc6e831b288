/**
 * Forgetting instances that nobody shows.
 * Invariant: an instance with a listener is never forgotten.
 */

import type { Feature } from "./types.js";

/** A timer cannot run for longer. */
const LONGEST_TIMER = 2 ** 31 - 1;

/** The feature: an instance that nobody listens to is forgotten after `gcTime`. */
export const collect: Feature = (client) => {
  const { gcTime = 300_000 } = client.options;
  client.idle = (entry) => {
    clearTimeout(entry.timer);
    if (gcTime > LONGEST_TIMER) return;
    entry.timer = setTimeout(() => {
      if (!entry.listeners.size) client.instances.delete(entry.key);
    }, gcTime);
    // A server that has answered need not wait for this.
    (entry.timer as { unref?: () => void }).unref?.();
  };
};

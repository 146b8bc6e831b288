/**
 * What a browser says: the page is seen again, the network is gone or back.
 * Invariant: a read that waits for the network begins when it is back.
 */

import { isOffline, world } from "./exchange.js";
import { isOld, schedule } from "./store.js";
import type { Feature } from "./types.js";

/** The feature: fetches what is old when the page is seen or the network is back; waits for it. */
export const focus: Feature = (client) => {
  const { refetchOnFocus = true, refetchOnReconnect = true } = client.options;
  const onEvent = ({ type }: Event): void => {
    if (!world.document?.hidden && (type === "online" ? refetchOnReconnect : refetchOnFocus)) {
      for (const entry of client.instances.values()) {
        if (entry.mounts && isOld(client, entry)) entry.wanted ??= type;
      }
    }
    schedule(client);
  };
  client.isPaused = isOffline;
  world.addEventListener?.("online", onEvent);
  world.addEventListener?.("visibilitychange", onEvent);
};

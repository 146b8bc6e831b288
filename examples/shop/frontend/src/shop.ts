/**
 * The page's client, and what it is connected with.
 * Invariant: all that is known of a user lies in the client, so `reset` forgets it.
 */

import { record } from "@mizan/runtime/devtools";
import { hydrateDocument } from "@mizan/runtime/hydrate";
import { live } from "@mizan/runtime/live";
import { retry } from "@mizan/runtime/retry";
import { tabs } from "@mizan/runtime/tabs";
import { registerContext } from "@mizan/runtime";
import { createClient, sessionContext } from "./mizan/client.js";

/** Whether what others change is shown by itself, and who is told when that changes. */
export const following = { isLive: false, listeners: new Set<() => void>() };

function onChange(isLive: boolean): void {
  following.isLive = isLive;
  for (const listener of following.listeners) listener();
}

export const client = createClient({ live: { onChange } });

retry(client);

/** What the panel shows: from the first request on. */
export const recorder = record(client);

hydrateDocument(client);

const session = registerContext(client, sessionContext, {});

// Tabs of the same user follow each other; all of them forget whoever signs out.
tabs(client, { identity: () => session.getSnapshot().data?.me?.username ?? "" });

live(client);

/**
 * The page's client, and what it is connected with.
 * Invariant: all that is known of a user lies in the client, so `reset` forgets it.
 */

import { record } from "@mizan/runtime/devtools";
import { hydrateDocument } from "@mizan/runtime/hydrate";
import { retry } from "@mizan/runtime/retry";
import { tabs } from "@mizan/runtime/tabs";
import { registerContext } from "@mizan/runtime";
import { createClient, sessionContext } from "./mizan/client.js";

export const client = createClient();

retry(client);

/** What the panel shows: from the first request on. */
export const recorder = record(client);

hydrateDocument(client);

const session = registerContext(client, sessionContext, {});

// Tabs of the same user follow each other; all of them forget whoever signs out.
tabs(client, { identity: () => session.getSnapshot().data?.me?.username ?? "" });

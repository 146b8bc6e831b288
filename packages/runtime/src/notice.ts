/**
 * What replies say beside their body: another user, another spelling, another schema.
 * Invariant: each is acted on before the reply itself is seen by anybody.
 */

import { makeStale, reset } from "./store.js";
import type { Feature } from "./types.js";

/** The feature: looks at each reply. */
export const notice: Feature = (client) => {
  const next = client.exchange;
  const mismatched = new Set<string>();
  let { schema } = client.options;
  client.exchange = async (request) => {
    const reply = await next(request);
    const { headers, error } = reply;
    const { path, reason } = request;
    if (error?.code !== "identity_mismatch") mismatched.delete(path);
    // A read that is told so twice would begin for ever.
    else if (!reason || !mismatched.has(path)) {
      mismatched.add(path);
      reset(client);
    }
    const entry = client.instances.get(path.slice("ctx/".length));
    if (headers.has("Content-Location") && entry?.texts.size) {
      // Targets cannot be compared with parameters that the server spells otherwise: all are
      // meant, and nobody knows whether one came while it was fetched.
      entry.texts = new Map();
      makeStale(client, entry, "spelling");
    }
    const digest = headers.get("X-Mizan-Schema");
    if (schema && digest && digest !== schema) client.options.onSkew?.((schema = digest));
    return reply;
  };
};

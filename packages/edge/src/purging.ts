/**
 * Purges by request: as Varnish with the VCL of `mizan edge vcl` takes them (docs/edge.md).
 * SPEC.md, section 12.2.
 * Invariant: nothing is told or done without the token.
 */

import type { Keeper } from "./keeper.js";
import type { Setup } from "./options.js";
import type { Asked } from "./origin.js";
import { problem } from "./problem.js";
import type { Names } from "./purges.js";

/** Answers PURGE (`xkey-purge: tag tag`) and BAN (`X-Mizan-Ban`, of URLs). */
export async function purgeByRequest(
  setup: Setup,
  keeper: Keeper,
  { method, request }: Asked,
): Promise<Response> {
  const { purgeToken } = setup;
  const given = request.headers.get("X-Mizan-Purge-Token");
  if (purgeToken === null || given === null || !(await isEqual(given, purgeToken))) {
    return problem("forbidden", 403, "Expected the purge token in X-Mizan-Purge-Token.");
  }
  const names = method === "PURGE" ? namedTags(request.headers) : undefined;
  if (names === undefined) {
    return problem("malformed", 400, "Expected tags in xkey-purge, or URLs in X-Mizan-Ban.");
  }
  await keeper.purge(names);
  return new Response(null, { status: 200, headers: { "Cache-Control": "no-store" } });
}

function namedTags(headers: Headers): Names | undefined {
  const tags = (headers.get("xkey-purge") ?? "").split(/[\s,]+/).filter((tag) => tag !== "");
  return tags.length === 0 ? undefined : new Set(tags);
}

/** Compares without telling by its time where two texts differ. */
async function isEqual(a: string, b: string): Promise<boolean> {
  const secret = crypto.getRandomValues(new Uint8Array(32));
  const hmac = { name: "HMAC", hash: "SHA-256" };
  const key = await crypto.subtle.importKey("raw", secret, hmac, false, ["sign", "verify"]);
  const encoder = new TextEncoder();
  const signature = await crypto.subtle.sign("HMAC", key, encoder.encode(a));
  return crypto.subtle.verify("HMAC", key, signature, encoder.encode(b));
}

/**
 * Purges by request: as Varnish with the VCL of `mizan edge vcl` takes them (docs/edge.md).
 * SPEC.md, section 12.2.
 * Invariant: nothing is told or done without the token.
 */

import type { Keeper } from "./keeper.js";
import type { Namer } from "./names.js";
import type { Setup } from "./options.js";
import type { Asked } from "./origin.js";
import { problem } from "./problem.js";
import type { Names } from "./purges.js";

/** Answers PURGE (`xkey-purge: tag tag`) and BAN (`X-Mizan-Ban`, of URLs). */
export async function purgeByRequest(
  setup: Setup,
  keeper: Keeper,
  { method, request, url }: Asked,
): Promise<Response> {
  const { purgeToken } = setup;
  const given = request.headers.get("X-Mizan-Purge-Token");
  if (purgeToken === null || given === null || !(await isEqual(given, purgeToken))) {
    return problem("forbidden", 403, "Expected the purge token in X-Mizan-Purge-Token.");
  }
  const { headers } = request;
  const ban = headers.get("X-Mizan-Ban");
  if (method === "BAN" && ban === null) {
    return problem("malformed", 400, "Expected a regular expression of URLs in X-Mizan-Ban.");
  }
  const isBan = method === "BAN" && ban !== null;
  await keeper.purge(isBan ? banned(setup.namer, ban) : purged(headers, url));
  return new Response(null, { status: 200, headers: { "Cache-Control": "no-store" } });
}

/** The tags that are listed; the URL itself where none are. */
function purged(headers: Headers, { pathname, search }: URL): Names {
  const tags = (headers.get("xkey-purge") ?? "").split(/[\s,]+/).filter((tag) => tag !== "");
  return new Set(tags.length === 0 ? [pathname + search] : tags);
}

const ALTERNATIVE = /^((?:[^\\^$.*+?()[\]{}|]|\\[^]|\.\*)+)\$$/;

/**
 * The URLs and patterns of which a purger made a regular expression; of any other, everything: none
 * is run, for some take for ever, and none finds what is in flight.
 */
function banned({ knows }: Namer, ban: string): Names {
  const [, inner] = /^\^\(\?:([^]*)\)$/.exec(ban) ?? [];
  const alternatives = inner?.match(/(?:[^|\\]|\\[^])+/g) ?? [];
  const names = new Set<string>();
  for (const each of alternatives) {
    const [, text] = ALTERNATIVE.exec(each) ?? [];
    const name = text?.replaceAll(".*", "*").replace(/\\([^])/g, "$1");
    if (name === undefined || (name.includes("*") && !knows(name))) return null;
    names.add(name);
  }
  return names.size === 0 ? null : names;
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

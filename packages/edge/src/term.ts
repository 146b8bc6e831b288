/**
 * Whether a reply may be kept, for whom and for how long (SPEC.md, section 10; RFC 9111, section 3;
 * RFC 5861).
 * Invariant: when in doubt nothing is kept; a user's own reply only where a token proved who he is.
 */

import { readDirectives, secondsOf, type Directives } from "./directives.js";

/** For how long, in seconds, a reply is good; and for whom: `shared` by all, or one user's `own`. */
export interface Term {
  readonly scope: "shared" | "own";
  readonly ttl: number;
  /** For how long after that it may be sent while it is asked for anew, or cannot be. */
  readonly whileRevalidate: number;
  readonly ifError: number;
}

/** What is assumed where a reply says nothing of its time after its term, in seconds. */
export interface Grace {
  readonly whileRevalidate: number;
  readonly ifError: number;
}

const STATUSES = new Set([200, 203, 204, 300, 301, 302, 307, 308, 404, 410]);

/** The term of a reply; null where it may not be kept. */
export function termOf(
  { status, headers }: Response,
  isIdentified: boolean,
  grace: Grace,
): Term | null {
  const general = readDirectives(headers.get("Cache-Control"));
  const targeted = headers.get("Mizan-Cache-Control");
  const isBarred = headers.has("Set-Cookie") || headers.get("Vary")?.includes("*") === true;
  if (isBarred || !STATUSES.has(status) || general.has("no-store")) return null;
  if (targeted !== null) {
    const isOwn = isIdentified && status === 200 && general.has("private");
    return isOwn ? ownTerm(readDirectives(targeted), grace) : null;
  }
  if (general.has("private") || general.has("no-cache")) return null;
  const shared = secondsOf(general, "s-maxage");
  const open = general.has("public") ? secondsOf(general, "max-age") : null;
  return term("shared", shared ?? open, general, grace);
}

function ownTerm(targeted: Directives, grace: Grace): Term | null {
  if (targeted.has("no-store") || targeted.has("no-cache")) return null;
  return term("own", secondsOf(targeted, "max-age"), targeted, grace);
}

function term(
  scope: Term["scope"],
  ttl: number | null,
  said: Directives,
  grace: Grace,
): Term | null {
  if (ttl === null || ttl === 0) return null;
  const isStrict = said.has("must-revalidate") || said.has("proxy-revalidate");
  const after = (name: string, otherwise: number): number =>
    isStrict ? 0 : (secondsOf(said, name) ?? otherwise);
  return {
    scope,
    ttl,
    whileRevalidate: after("stale-while-revalidate", grace.whileRevalidate),
    ifError: after("stale-if-error", grace.ifError),
  };
}

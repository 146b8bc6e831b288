/**
 * Cache policy and response headers (SPEC.md, section 10).
 * Invariant: the first row of the table that applies decides; when in doubt nothing is stored.
 */

import { sha256, toHex } from "./bytes.js";
import type { Cache } from "./generated/types.js";
import { formatStrings, formatTags, GROUPS } from "./tags.js";

/** What the response is: a mutation's view is a `call`. */
export type ResponseKind = "context" | "view" | "call" | "error";

/** What a response's headers follow from. */
export interface ResponseFacts {
  readonly kind: ResponseKind;
  readonly cache: Cache;
  readonly userScoped: boolean;
  readonly anonymous: boolean;
  /** Whether an edge that purges stands before the server. */
  readonly edge: boolean;
  /** Whether the request was for the canonical URL. */
  readonly canonical: boolean;
  /** Whether the read overlapped a mutation, or the response has `Set-Cookie`. */
  readonly noStore: boolean;
  /** Whether a public function saw something of the request that it may not. */
  readonly leaked: boolean;
  /** The response's ETag. */
  readonly etag: string;
  /** The canonical URL. */
  readonly url: string;
  /** The instance's tags, in the order of its guards. */
  readonly tags: readonly string[];
  /** Networks that are told the tags in a field of their own (MZ-POL-011); none by default. */
  readonly networks?: readonly string[];
}

const YEAR = 31_536_000;

type Headers = Record<string, string>;
type Row = readonly [
  applies: (facts: ResponseFacts) => boolean,
  headers: (facts: ResponseFacts) => Headers,
];

function seconds({ cache }: ResponseFacts): number {
  return cache === true ? YEAR : Number(cache);
}

const only = (cacheControl: string) => (): Headers => ({ "Cache-Control": cacheControl });

/** The table of MZ-POL-002, row by row. */
const ROWS: readonly Row[] = [
  [({ kind }) => kind === "call" || kind === "error", only("no-store")],
  [({ leaked }) => leaked, only("private, no-store")],
  [({ cache, noStore }) => cache === false || noStore, only("no-store")],
  [
    ({ canonical }) => !canonical,
    ({ url }) => ({ "Cache-Control": "no-store", "Content-Location": url }),
  ],
  [({ userScoped, anonymous }) => userScoped && anonymous, only("private, no-store")],
  [
    ({ userScoped }) => userScoped,
    (facts) => ({
      "Cache-Control": "private, no-cache",
      Vary: "Authorization, Cookie, X-Mizan-Token",
      ETag: facts.etag,
      ...(facts.edge && {
        "Mizan-Cache-Control": `max-age=${seconds(facts)}`,
        [GROUPS]: formatStrings(facts.tags),
      }),
    }),
  ],
  [
    ({ edge }) => edge,
    (facts) => ({
      "Cache-Control": `public, max-age=0, s-maxage=${seconds(facts)}`,
      ETag: facts.etag,
      [GROUPS]: formatStrings(facts.tags),
    }),
  ],
];

/** The caching headers of a response, by name (MZ-POL-002). */
export function responseHeaders(facts: ResponseFacts): Headers {
  const row = ROWS.find(([applies]) => applies(facts));
  if (row === undefined) return { "Cache-Control": "public, no-cache", ETag: facts.etag };
  const headers = row[1](facts);
  if (!(GROUPS in headers) || facts.networks === undefined) return headers;
  return { ...headers, ...formatTags(facts.tags, facts.networks) };
}

/** The strong ETag of a body (MZ-POL-005). */
export async function etag(body: string | Uint8Array<ArrayBuffer>): Promise<string> {
  return `"${toHex(await sha256(body)).slice(0, 32)}"`;
}

/** The `rev` and `cache` of a context from those of its functions (MZ-POL-001). */
export function effectivePolicy(
  functions: Iterable<{ readonly rev?: number; readonly cache?: Cache }>,
): { rev: number; cache: Cache } {
  let rev = 0;
  let least = Infinity;
  for (const each of functions) {
    rev = Math.max(rev, each.rev ?? 0);
    least = Math.min(least, rank(each.cache ?? true));
  }
  return { rev, cache: least === Infinity ? true : least < 0 ? false : least };
}

function rank(cache: Cache): number {
  if (typeof cache === "number") return cache;
  return cache ? Infinity : -1;
}

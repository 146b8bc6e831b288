/**
 * Which fields pass an edge (SPEC.md, MZ-HDR-017; RFC 9110, section 7.6.1).
 * Invariant: nothing that steers this edge or changes what the origin answers under another name
 * comes from a client.
 */

import { INVALIDATION, MizanError, TAG_FIELDS } from "@mizan/protocol";
import { readDirectives } from "./directives.js";

/** What is meant for one connection only. */
const HOP_BY_HOP = [
  "connection",
  "keep-alive",
  "proxy-authenticate",
  "proxy-authorization",
  "proxy-connection",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
];

/** What only origins say, to edges. */
const OF_ORIGINS = [
  ...TAG_FIELDS,
  INVALIDATION,
  "X-Mizan-Invalidate",
  "Mizan-Cache-Control",
  "Cache-Status",
];

/** Fields by which frameworks let a request name another host, path or method: none is in a key. */
const STEERING = [
  "forwarded",
  "front-end-https",
  "path-info",
  "path_info",
  "proxy",
  "script-name",
  "script_name",
  "x-forwarded-host",
  "x-forwarded-port",
  "x-forwarded-prefix",
  "x-forwarded-proto",
  "x-forwarded-protocol",
  "x-forwarded-scheme",
  "x-forwarded-server",
  "x-forwarded-ssl",
  "x-host",
  "x-http-method",
  "x-http-method-override",
  "x-method-override",
  "x-original-host",
  "x-original-url",
  "x-rewrite-url",
  "x-scheme",
  "x-script-name",
  "x-url-scheme",
  "x-mizan-purge-token",
  "xkey-purge",
  "expect",
];

const CONDITIONAL = [
  "if-match",
  "if-modified-since",
  "if-none-match",
  "if-range",
  "if-unmodified-since",
];

/** The fields of a request for the origin; `url` is what the client asked for. */
export function towardsOrigin(request: Request, url: URL): Headers {
  const headers = withoutHops(request.headers);
  for (const name of [...OF_ORIGINS, ...STEERING]) headers.delete(name);
  // Servers take `X_A` and `X-A` for the same.
  for (const name of [...headers.keys()]) if (name.includes("_")) headers.delete(name);
  if (request.body === null) headers.delete("content-length");
  headers.set("Host", url.host);
  headers.set("X-Forwarded-Proto", url.protocol.slice(0, -1));
  headers.append("Via", "1.1 mizan-edge");
  return headers;
}

/** Takes away what asks for a part, or for nothing where nothing changed. */
export function withoutConditions(headers: Headers): Headers {
  for (const name of CONDITIONAL) headers.delete(name);
  return headers;
}

/**
 * The fields of a reply for a client. Caches between, which nobody tells of purges, are let keep
 * nothing, unless they are to be told by its tags.
 */
export function towardsClient(given: Headers, keepTags: boolean): Headers {
  const headers = toKeep(given, keepTags);
  const control = readDirectives(headers.get("Cache-Control"));
  const isOpen = control.has("s-maxage") && !control.has("private") && !control.has("no-store");
  if (isOpen && !keepTags) headers.set("Cache-Control", "public, no-cache");
  return headers;
}

/** The fields of a reply that are kept: without tags, unless clients are to see them. */
export function toKeep(given: Headers, keepTags: boolean): Headers {
  const headers = withoutHops(given);
  if (!keepTags) for (const name of [...TAG_FIELDS, INVALIDATION]) headers.delete(name);
  return headers;
}

function withoutHops(given: Headers): Headers {
  const headers = new Headers(given);
  const listed = (given.get("connection") ?? "").split(",").map((name) => name.trim());
  for (const name of [...HOP_BY_HOP, ...listed.filter(isFieldName)]) headers.delete(name);
  return headers;
}

function isFieldName(name: string): boolean {
  return /^[\w!#$%&'*+.^`|~-]+$/.test(name);
}

/** What a field lists, nothing where it is not there; null where it cannot be read. */
export function readField<T>(field: string | null, parse: (field: string) => T[]): T[] | null {
  try {
    return parse(field ?? "");
  } catch (error) {
    if (error instanceof MizanError) return null;
    throw error;
  }
}

/**
 * Replies from what is kept (RFC 9110, section 13; RFC 9111, section 4; RFC 9211).
 * Invariant: a client whose copy is the same gets no body.
 */

import { problem } from "./problem.js";
import type { Entry } from "./store.js";

/** Adds what this edge did to Cache-Status, after what caches behind it said. */
export function withStatus(headers: Headers, status: string): Headers {
  headers.append("Cache-Status", `mizan-edge; ${status}`);
  return headers;
}

/** A reply with other fields and the same body. */
export function withHeaders({ status, statusText, body }: Response, headers: Headers): Response {
  return new Response(body, { status, statusText, headers });
}

/** How old an entry is, in seconds. */
export function ageOf({ born }: Entry, now: number): number {
  return Math.max(0, (now - born) / 1000);
}

// RFC 9110, section 15.4.5: what describes a body that is not there.
const OF_BODIES = ["content-encoding", "content-language", "content-length", "content-type"];

/**
 * An entry as a reply to a request.
 *
 * @param request whose method is GET or HEAD
 * @param status what Cache-Status says
 */
export function replyOf(request: Request, entry: Entry, now: number, status: string): Response {
  const headers = withStatus(new Headers(entry.headers.map(([...pair]) => pair)), status);
  headers.set("Age", String(Math.floor(ageOf(entry, now))));
  if (isSame(request.headers, entry.status, headers)) {
    for (const name of OF_BODIES) headers.delete(name);
    return new Response(null, { status: 304, headers });
  }
  const isBodiless = request.method === "HEAD" || entry.status === 204;
  if (entry.status !== 204) headers.set("Content-Length", String(entry.body.length));
  return new Response(isBodiless ? null : entry.body, { status: entry.status, headers });
}

/** Whether the client has the same already (RFC 9110, section 13.2.2). */
function isSame(asked: Headers, status: number, headers: Headers): boolean {
  if (status !== 200) return false;
  const etags = asked.get("If-None-Match");
  const weak = (etag: string): string => etag.trim().replace(/^W\//, "");
  if (etags !== null) {
    const own = headers.get("ETag");
    const given = etags.match(/(?:W\/)?"[^"]*"/g) ?? [];
    return etags.trim() === "*" || (own !== null && given.map(weak).includes(weak(own)));
  }
  const since = Date.parse(asked.get("If-Modified-Since") ?? "");
  const modified = Date.parse(headers.get("Last-Modified") ?? "");
  return modified <= since; // false where either is not there
}

/** The problem where the origin did not answer. */
export function failure(status: 502 | 504): Response {
  const detail =
    status === 504
      ? "The server did not answer in time. Try again later."
      : "The server cannot be reached. Try again later.";
  return problem("unavailable", status, detail);
}

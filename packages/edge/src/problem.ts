/**
 * What an edge says by itself when it cannot pass on (SPEC.md, section 16; RFC 9457).
 * Invariant: nobody may keep it.
 */

import { canonicalJson, problemHead } from "@mizan/protocol";

/** A problem document. */
export function problem(
  code: string,
  status: number,
  detail: string,
  headers: Readonly<Record<string, string>> = {},
): Response {
  const body = canonicalJson({ ...problemHead(code, status), detail });
  return new Response(body, {
    status,
    headers: {
      ...headers,
      "Cache-Control": "no-store",
      "Content-Type": "application/problem+json",
    },
  });
}

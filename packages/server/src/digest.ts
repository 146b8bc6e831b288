/**
 * Digests of documents (SPEC.md, MZ-CLI-002).
 * Invariant: equal documents have equal digests, whatever the order of their members.
 */

import { canonicalJson } from "@mizan/protocol";

/** The lower-case hex of SHA-256 over the canonical text of a document. */
export async function digest(document: unknown): Promise<string> {
  const text = new TextEncoder().encode(canonicalJson(document));
  const bytes = new Uint8Array(await crypto.subtle.digest("SHA-256", text));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

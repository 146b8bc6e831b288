/**
 * Who asks, and under what key his own replies are kept (SPEC.md, sections 11 and 13; MZ-POL-006).
 * Invariant: without a token that verifies nobody has a key, and no two users have the same.
 */

import { canonicalJson, deriveCacheKey, MizanError, tokenOf, verifyToken } from "@mizan/protocol";
import type { Setup } from "./options.js";

/** A user whom a token proved. */
export interface User {
  readonly sub: string;
  readonly pkey: string;
}

/** Who asks: a user, nobody, or one whose token does not verify. */
export type Asking = User | "nobody" | "unproven";

/** Who sends a request. Without keys there are no users, and tokens are the origin's business. */
export async function askingOf(setup: Setup, headers: Headers): Promise<Asking> {
  const token = tokenOf(headers);
  if (setup.mwt === null || token === null) return "nobody";
  const { keys, audience } = setup.mwt;
  try {
    const now = Math.floor(setup.clock() / 1000);
    return await verifyToken(token, keys, { audience, now, algs: ["EdDSA"] });
  } catch (error) {
    if (error instanceof MizanError) return "unproven";
    throw error;
  }
}

/** Makes the keys of users' own replies; null without a secret. */
export async function ownKeys(
  setup: Setup,
): Promise<((user: User, url: string) => Promise<string>) | null> {
  if (setup.mwt === null) return null;
  const { audience, secret } = setup.mwt;
  // Another manifest is another release: nothing of an older one's shape is found.
  const schema = await digest(canonicalJson(setup.manifest));
  return ({ sub, pkey }, url) =>
    deriveCacheKey(secret, {
      aud: audience,
      context: "edge",
      params: { url },
      rev: 0,
      schema,
      user: sub,
      pkey,
    });
}

/** The lower-case hex of SHA-256 of a text. */
export async function digest(text: string): Promise<string> {
  const bytes = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return Array.from(new Uint8Array(bytes), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

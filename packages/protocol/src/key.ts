/**
 * The key of a cache entry, and the permission key (SPEC.md, sections 11 and 13).
 * Invariant: the same input gives the same key everywhere; secrets under 32 bytes give none.
 */

import { hmacHex } from "./bytes.js";
import { canonicalJson } from "./canonical.js";
import { SecretError, WireError } from "./errors.js";
import type { CacheKeyInput } from "./generated/types.js";

type Optional = "user" | "pkey" | "vary" | "v";

/** What the key of a cache entry is made from; a public context needs no user, pkey and vary. */
export type CacheKeyParts = Omit<CacheKeyInput, Optional> & Partial<Pick<CacheKeyInput, Optional>>;

const SHORTEST_SECRET = 32;

/** @throws SecretError `key.secret` for a secret under 32 bytes */
export function checkSecret(secret: Uint8Array): void {
  if (secret.length < SHORTEST_SECRET) {
    throw new SecretError(`Expected a secret of at least ${SHORTEST_SECRET} bytes.`);
  }
}

/**
 * The key of a cache entry: `mizan:1:e:`, the context, `:` and 64 hex digits.
 *
 * @throws SecretError `key.secret`; WireError `document.invalid` where only one of `user` and
 *   `pkey` is null, `json.*`
 */
export async function deriveCacheKey(
  secret: Uint8Array<ArrayBuffer>,
  input: CacheKeyParts,
): Promise<string> {
  checkSecret(secret);
  const { aud, context, params, rev, schema, user = null, pkey = null, vary = {} } = input;
  if ((user === null) !== (pkey === null)) {
    const message = "Expected user and pkey both null (public) or both strings (user-scoped).";
    throw new WireError("document.invalid", message, { pointer: "/user" });
  }
  const text = canonicalJson({ aud, context, params, pkey, rev, schema, user, v: 1, vary });
  return `mizan:1:e:${context}:${await hmacHex(secret, text)}`;
}

/**
 * The digest of a user's permissions: 32 hex digits (MZ-MWT-005).
 *
 * @throws SecretError `key.secret`; WireError `json.surrogate`
 */
export async function permissionKey(
  secret: Uint8Array<ArrayBuffer>,
  permissions: Iterable<string>,
  staff: boolean,
  superuser: boolean,
): Promise<string> {
  checkSecret(secret);
  const perms = [...new Set(permissions)].sort();
  return (await hmacHex(secret, canonicalJson({ perms, staff, superuser }))).slice(0, 32);
}

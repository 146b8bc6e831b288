/** The Mizan protocol core: pure functions over Web APIs. The contract is SPEC.md. */
export { tokenOf } from "./bearer.js";
export { canonicalJson, canonicalString } from "./canonical.js";
export { checkType, coerce } from "./coerce.js";
export {
  readDeclarations,
  type Catalog,
  type CatalogContext,
  type CatalogFunction,
  type Effect,
} from "./declarations.js";
export { decode, DEFAULT_LIMIT } from "./decode.js";
export { resolve, type Resolution } from "./edge.js";
export { DeclarationError, MizanError, SecretError, WireError, type Place } from "./errors.js";
export { visible, type Held } from "./events.js";
export type * from "./generated/types.js";
export { instanceGuards, tag, targetGuard } from "./guards.js";
export { formatHeader, HEADER_LIMIT, parseHeader } from "./header.js";
export { formatHeld, parseHeld } from "./held.js";
export { isPlainObject, type JsonMembers, type JsonValue } from "./json.js";
export { Key, type Algorithm, type Jwk } from "./jwk.js";
export { deriveCacheKey, permissionKey, type CacheKeyParts } from "./key.js";
export { buildManifest } from "./manifest.js";
export { isName, isParameterName } from "./names.js";
export { percentEncode } from "./percent.js";
export {
  effectivePolicy,
  etag,
  responseHeaders,
  type ResponseFacts,
  type ResponseKind,
} from "./policy.js";
export { problemHead, statusOfCode } from "./problem.js";
export { mutationTargets, type Values } from "./scope.js";
export {
  formatPurge,
  formatTags,
  GROUPS,
  INVALIDATION,
  NETWORKS,
  parseTags,
  TAG_FIELDS,
  type Network,
  type TagField,
} from "./tags.js";
export { canonicalSet, covers, EVERYTHING, matches } from "./targets.js";
export { signToken, verifyToken, type Claims, type VerifyOptions } from "./token.js";
export { buildRequest, canonicalUrl, effectiveParams, parseQuery } from "./url.js";

/** The Mizan protocol core: pure functions over Web APIs. The contract is SPEC.md. */
export { canonicalJson, canonicalString } from "./canonical.js";
export { decode, DEFAULT_LIMIT } from "./decode.js";
export { DeclarationError, MizanError, SecretError, WireError, type Place } from "./errors.js";
export { instanceGuards, tag, targetGuard, type Guard } from "./guards.js";
export { formatHeader, HEADER_LIMIT, parseHeader } from "./header.js";
export { formatHeld, parseHeld } from "./held.js";
export { isPlainObject, type JsonObject, type JsonValue } from "./json.js";
export { isName, isParameterName } from "./names.js";
export { percentEncode } from "./percent.js";
export {
  canonicalSet,
  covers,
  EVERYTHING,
  matches,
  type Instance,
  type Params,
  type ParamScalar,
  type ParamValue,
  type ScopedTarget,
  type Target,
} from "./targets.js";

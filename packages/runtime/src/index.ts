/** The main entry of the runtime. */

export { mizanCall, type CallOptions } from "./call.js";
export { on } from "./client.js";
export type { ClientCode, ErrorCode, KnownCode } from "./codes.js";
export { createClient } from "./defaults.js";
export { MizanError, type ArgumentError, type Problem } from "./errors.js";
export { mizanFetch, prefetch, type FetchOptions } from "./fetch.js";
export { registerContext } from "./instance.js";
export { invalidate, observe, reset } from "./store.js";
export type {
  Client,
  ClientOptions,
  Feature,
  Instance,
  MizanContext,
  MizanEvent,
  MizanFunction,
  Outcome,
  Params,
  ParamValue,
  Scalar,
  Slice,
  Snapshot,
  SubscribeOptions,
  Target,
} from "./types.js";

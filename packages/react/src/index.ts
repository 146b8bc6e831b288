/** The main entry: a provider, and hooks of contexts and functions. */

export { callHook } from "./call.js";
export { contextHook, useInstance } from "./context.js";
export { isEqual } from "./equal.js";
export { MizanProvider, useMizan, type MizanProviderProps } from "./provider.js";
export { suspenseHook, useSuspenseInstance } from "./suspense.js";
export type {
  CallResult,
  ContextHook,
  ContextOptions,
  ContextResult,
  SuspenseHook,
  SuspenseOptions,
} from "./types.js";

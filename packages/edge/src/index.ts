/** A cache before a Mizan server, over the Fetch API. The contract is SPEC.md. */
export { createEdge, type Edge, type Wire } from "./edge.js";
export { OptionError, type EdgeOptions, type Fetch } from "./options.js";
export { NotSent } from "./origin.js";
export type { Names } from "./purges.js";
export {
  MemoryStore,
  type Entry,
  type Kept,
  type MemoryStoreOptions,
  type Store,
  type Variants,
} from "./store.js";

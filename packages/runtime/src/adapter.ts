/** For adapters of other stores: the entries of a client as they are. */

export { identify, type Identity } from "./canonical.js";
export { subscribe } from "./instance.js";
export { entryOf, makeStale } from "./store.js";
export type { Entry } from "./types.js";

/** Mizan for pages that use TanStack Query. */

export { connect } from "./connect.js";
export { contextKey, type ContextKey } from "./key.js";
export { callOptions, contextOptions } from "./options.js";
export type { CallQueryOptions, ContextQueryOptions } from "./options.js";

/** A client in parts, for pages that count bytes. */

export { createCore } from "./client.js";
export { collect } from "./collect.js";
export { csrf } from "./csrf.js";
export { focus } from "./focus.js";
export { preciseHeader } from "./header.js";
export { held } from "./held.js";
export { notice } from "./notice.js";

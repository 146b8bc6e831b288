/**
 * What a page without any framework sees of the runtime.
 * Invariant: it is the packages' own code, bundled as it is.
 */

import * as runtime from "@mizan/runtime";
import { token } from "@mizan/runtime/token";

export const api = { ...runtime, token };

declare global {
  /** The runtime, in the page of `openBare`. */
  var mizan: typeof api;
}

globalThis.mizan = api;

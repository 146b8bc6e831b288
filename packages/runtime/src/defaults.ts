/**
 * The client that pages make: with what pages need.
 * Invariant: `createClient` adds nothing that `createCore` and the features do not have.
 */

import { createCore } from "./client.js";
import { collect } from "./collect.js";
import { csrf } from "./csrf.js";
import { focus } from "./focus.js";
import { preciseHeader } from "./header.js";
import { held } from "./held.js";
import { notice } from "./notice.js";
import type { Client, ClientOptions, Feature } from "./types.js";

/** A client of the server at `baseUrl`, which ends with a slash, with further features. */
export function createClient(options: ClientOptions, ...features: Feature[]): Client {
  return createCore(options, csrf, notice, preciseHeader, held, focus, collect, ...features);
}

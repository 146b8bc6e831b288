/**
 * The codes of errors (SPEC.md, annex B): types alone, so they cost a page nothing.
 * Invariant: a code that is not known here is a code all the same.
 */

import type { KnownCode } from "./generated/codes.js";

export type { KnownCode } from "./generated/codes.js";

/** A code of this runtime: the server was not asked, or gave no reply that could be read. */
export type ClientCode = "client.offline" | "client.network" | "client.timeout" | "client.reply";

/** Any code: the known ones, those that a function declares, and those of later versions. */
export type ErrorCode<Declared extends string = never> =
  KnownCode | ClientCode | Declared | (string & {});

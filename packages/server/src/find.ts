/**
 * What clients may name (SPEC.md, section 16).
 * Invariant: what is private or unknown is refused before who asks is looked at.
 */

import type { Catalog, ReadContext, ServerFunction } from "./catalog.js";
import { Problem } from "./problem.js";

/** The function that a client may call. Throws a Problem (404, 403). */
export function callableFunction({ functions }: Catalog, name: string): ServerFunction {
  const each = functions.get(name);
  if (each?.options.private === true) {
    throw new Problem("private", `${name} is private: only the server's own code runs it.`);
  }
  if (each === undefined || each.isView) {
    throw new Problem("not_found", `There is no function ${show(name)}.`);
  }
  return each;
}

/** A context with functions that return data. Throws a Problem (404). */
export function readableContext({ contexts }: Catalog, name: string): ReadContext {
  const context = contexts.get(name);
  if (context !== undefined && context.functions.length > 0) return context;
  throw new Problem("not_found", `There is no context ${show(name)}.`);
}

const SHOWN = 60;

/** A name as messages show it. A half of a surrogate pair is none of its letters. */
function show(name: string): string {
  const text = name.replace(/[\ud800-\udfff]/gu, "\ufffd");
  return JSON.stringify(text.length > SHOWN ? `${text.slice(0, SHOWN)}…` : text);
}

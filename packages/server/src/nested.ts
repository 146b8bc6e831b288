/**
 * Functions and `invalidate` from the server's own code (SPEC.md, MZ-SCO-006, MZ-COH-015).
 * Invariant: the targets of a call within a call join those of the outermost one.
 */

import type { JsonMembers, Target } from "@mizan/protocol";
import { checkArguments, shapeResult } from "./arguments.js";
import { Call } from "./call.js";
import type { Catalog } from "./catalog.js";
import type { Affected, AnyFunction } from "./declare.js";
import { mutate, purge } from "./mutation.js";
import { FailedAfterEffects, running } from "./running.js";
import { targetOf, type TargetParams } from "./targets.js";

/** Runs a declared function within the running one. */
export async function runNested(declared: AnyFunction, args: object): Promise<unknown> {
  const outer = running();
  const { name } = declared.options;
  if (outer === undefined) {
    throw new Error(`${name} is called outside of a running function: use app.run for that.`);
  }
  return runDirectly(outer.catalog, outer.call, declared, args);
}

/**
 * Runs a declared function: validated and reported as over HTTP.
 *
 * @throws Problem for arguments that are not valid; what the function throws
 */
export async function runDirectly(
  catalog: Catalog,
  call: Call | null,
  declared: AnyFunction,
  args: object,
): Promise<unknown> {
  const each = catalog.functions.get(declared.options.name);
  if (each?.handler !== declared.handler) {
    throw new Error(`${declared.options.name} is no function of this app.`);
  }
  const given = args as JsonMembers;
  checkArguments(each, given);
  const own = call ?? new Call(null, catalog.options.vary);
  const shape = (result: unknown): unknown => shapeResult(each, result);
  try {
    return (await mutate(catalog, each, own, given, shape)).result;
  } catch (error) {
    throw error instanceof FailedAfterEffects ? error.error : error; // it has been purged
  }
}

/**
 * Says while a function runs that something else is stale: `invalidate(user, { user_id: 7 })`.
 *
 * @param affected a context, a reading function, a name of one, or `*`
 * @throws DeclarationError for what is not declared; WireError for a value that is not of its
 *   parameter's type; Error outside of a running function
 */
export function invalidate(affected: Affected, params: TargetParams = {}): void {
  const run = running();
  if (run === undefined) {
    throw new Error("Nothing runs: use app.invalidate outside of a running function.");
  }
  const target: Target = targetOf(run.catalog.protocol, affected, params);
  if (run.collector === null) void purge(run.catalog, [target]);
  else run.collector.add([target], run.transaction);
}

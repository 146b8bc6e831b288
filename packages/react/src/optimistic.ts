/**
 * Hooks that show what a call will change before the server has made it.
 * Invariant: a change leaves with its own call's outcome, as `mizanOptimistic` says.
 */

import type { MizanFunction } from "@mizan/runtime";
import { mizanOptimistic, type Change } from "@mizan/runtime/optimistic";
import { hookOf } from "./call.js";
import type { CallResult } from "./types.js";

/**
 * A hook of a function, as `callHook`, whose calls show their changes at once.
 *
 * @param changes what a call with these arguments will change: `change(context, params, apply)` each
 */
export function optimisticHook<A extends object, R, E extends string>(
  fn: MizanFunction<A, R, E>,
  changes: (args: A) => readonly Change[],
): () => CallResult<A, R, E> {
  return hookOf((client, args, options) =>
    mizanOptimistic(client, fn, args, changes(args), options),
  );
}

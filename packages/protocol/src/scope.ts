/**
 * The targets of a mutation (SPEC.md, section 7.2).
 * Invariant: a target may be broader than what changed, never narrower.
 */

import type { ParameterType, ParamValue, Target } from "./generated/types.js";
import { coerce } from "./coerce.js";
import type { Catalog, CatalogFunction, Effect } from "./declarations.js";
import { attempt, DeclarationError } from "./errors.js";
import { member } from "./json.js";
import { canonicalSet } from "./targets.js";

/** Values by name, as they came. */
export type Values = Readonly<Record<string, unknown>>;

/**
 * The canonical set of what a call made stale.
 *
 * @param name the mutation; of any other function only `added` is stale
 * @param args the arguments of the call
 * @param bound what the request gives for bound parameters
 * @param added targets that were added while the function ran
 * @throws DeclarationError `declaration.unknown_target` for a function that is not declared;
 *   WireError for an added target that is none
 */
export function mutationTargets(
  catalog: Catalog,
  name: string,
  args: Values,
  bound: Values,
  added: readonly Target[] = [],
): Target[] {
  const mutation = catalog.functions.get(name);
  if (mutation === undefined) {
    throw new DeclarationError("declaration.unknown_target", `There is no function ${name}.`);
  }
  const declared = mutation.effects.map((effect) => targetOf(mutation, effect, args, bound));
  return canonicalSet([...declared, ...added]);
}

function targetOf(
  mutation: CatalogFunction,
  { declaration, context, scope }: Effect,
  args: Values,
  bound: Values,
): Target {
  const params: [string, ParamValue][] = [];
  for (const [name, type] of scope) {
    const fromCall = mutation.arguments.has(name) ? member(args, name) : null;
    const fromRequest = context.bound.has(name) ? member(bound, name) : null;
    const value = coerced(fromCall ?? fromRequest ?? null, type);
    if (value !== null) params.push([name, value]);
  }
  return {
    context: context.declaration.name,
    params: Object.fromEntries(params),
    ...(declaration.function !== undefined && { function: declaration.function }),
  };
}

/** The canonical value; null where there is none, which makes the target broader. */
function coerced(value: unknown, type: ParameterType): ParamValue | null {
  return attempt(
    () => coerce(value, type, true),
    () => null,
  );
}

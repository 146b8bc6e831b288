/**
 * Guards and tags (SPEC.md, section 9).
 * Invariant: a target's guard is among the guards of every instance that it must purge.
 */

import type { Guard, Instance, Target } from "./generated/types.js";
import { sha256, toBase32 } from "./bytes.js";
import { canonicalJson } from "./canonical.js";
import { DeclarationError, WireError } from "./errors.js";
import { compareText } from "./json.js";
import { readInstance, readTarget, type Param } from "./targets.js";

const MOST_SCOPE_PARAMS = 3;
const LONGEST_PLAIN_TAG = 32;

/**
 * The guards of an instance, coarsest first: at most eight (MZ-GRD-001).
 *
 * @param scopeParams the names of the context's scope parameters, at most three
 * @throws DeclarationError `declaration.scope` for more of them
 */
export function instanceGuards(instance: Instance, scopeParams: readonly string[]): Guard[] {
  const { context, params } = readInstance(instance);
  const scope = new Set(scopeParams);
  if (scope.size > MOST_SCOPE_PARAMS) {
    const message = `Expected at most ${MOST_SCOPE_PARAMS} scope parameters, got ${scope.size}.`;
    throw new DeclarationError("declaration.scope", message);
  }
  let subsets: Param[][] = [[]];
  // Adding the last name first makes subsets of one size come out in the order of their names.
  for (const param of params.filter(({ name }) => scope.has(name)).reverse()) {
    subsets = subsets.concat(subsets.map((subset) => [param, ...subset]));
  }
  return sortBySize(subsets).map((subset) => guardOf(context, subset));
}

function sortBySize(subsets: readonly Param[][]): Param[][] {
  const key = (subset: Param[]): string => subset.map(({ name }) => name).join(",");
  return [...subsets].sort((a, b) => a.length - b.length || compareText(key(a), key(b)));
}

/**
 * The guard of a target other than `*`: parameters that do not scope are left out (MZ-GRD-002).
 *
 * @throws WireError `document.invalid`
 */
export function targetGuard(target: Target, scopeParams: readonly string[]): Guard {
  const { context, params } = readTarget(target);
  if (context === "*") {
    throw new WireError("document.invalid", "Expected a target other than *, which has no guard.");
  }
  return guardOf(
    context,
    params.filter(({ name }) => scopeParams.includes(name)),
  );
}

function guardOf(context: string, params: readonly Param[]): Guard {
  return { context, params: Object.fromEntries(params.map(({ name, text }) => [name, text])) };
}

/** The name of a guard in HTTP: `[a-z0-9._-]`, at most 32 characters (MZ-TAG-001, MZ-TAG-002). */
export async function tag({ context, params }: Guard): Promise<string> {
  const plain = context.length <= LONGEST_PLAIN_TAG && Object.keys(params).length === 0;
  if (plain) return context;
  return `h-${toBase32(await sha256(canonicalJson({ context, params }))).slice(0, 26)}`;
}

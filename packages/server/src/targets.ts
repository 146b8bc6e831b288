/**
 * What calls make stale: by declaration, and by name while they run (SPEC.md, section 7).
 * Invariant: a target may be broader than what changed, never narrower.
 */

import {
  canonicalSet,
  coerce,
  DeclarationError,
  EVERYTHING,
  mutationTargets,
  type Catalog as Protocol,
  type ParameterType,
  type ParamValue,
  type Target,
  type Values,
} from "@mizan/protocol";
import { By, Context } from "./context.js";
import type { Affected } from "./declare.js";

/** Values of bound parameters, by context and name. */
export type BoundValues = ReadonlyMap<string, Values>;

/** What a call makes stale by declaration, and which bound parameters that needs, by context. */
export interface DeclaredTargets {
  readonly bound: ReadonlyMap<string, readonly string[]>;
  readonly of: (args: Values, bound: BoundValues) => Target[];
}

/** The targets that a function declares. */
export function targetsOf(protocol: Protocol, name: string): DeclaredTargets {
  const known = protocol.functions.get(name);
  const effects = known?.effects ?? [];
  // One effect at a time: two contexts may bind one name to different values.
  const parts = effects.map((effect) => ({
    context: effect.context.declaration.name,
    alone: { ...protocol, functions: new Map([[name, { ...known, effects: [effect] }]]) },
  }));
  const bound = new Map<string, readonly string[]>();
  for (const { context, scope } of effects) {
    const names = [...scope.keys()].filter((each) => context.bound.has(each));
    const before = bound.get(context.declaration.name) ?? [];
    if (names.length > 0) bound.set(context.declaration.name, [...before, ...names]);
  }
  return {
    bound,
    of: (args, values) =>
      canonicalSet(
        parts.flatMap(({ context, alone }) =>
          mutationTargets(alone as Protocol, name, args, values.get(context) ?? {}),
        ),
      ),
  };
}

/** Parameters of a target, as developers give them; null is none. */
export type TargetParams = Readonly<Record<string, ParamValue | null | undefined>>;

/**
 * The target of a context, a reading function, a name of one, or `*`.
 *
 * @throws DeclarationError `declaration.unknown_target` for what is not declared; WireError
 *   `coerce.*` for a value that is not of its parameter's type; TypeError for `by`
 */
export function targetOf(protocol: Protocol, affected: Affected, params: TargetParams): Target {
  if (affected instanceof By) {
    throw new TypeError("Give values: invalidate(user, { user_id: 7 }), without by().");
  }
  const name = nameOf(affected);
  if (name === EVERYTHING && Object.keys(params).length === 0) return EVERYTHING;
  const context = affectedContext(protocol, name);
  if (context === null) {
    const message = `${name} is neither a context nor a function of one.`;
    throw new DeclarationError("declaration.unknown_target", message);
  }
  const known = protocol.contexts.get(context);
  const types = new Map<string, ParameterType>(known?.bound);
  for (const each of known?.parameters ?? []) types.set(each.name, each.type);
  const values = Object.entries(params).flatMap(([param, value]) => {
    const type = types.get(param);
    if (type === undefined) {
      const message = `${context} has no parameter ${param}; there are: ${[...types.keys()].join()}.`;
      throw new DeclarationError("declaration.unknown_target", message);
    }
    return value == null ? [] : [[param, coerce(value, type)]];
  });
  return {
    context,
    params: Object.fromEntries(values) as Record<string, ParamValue>,
    ...(context !== name && { function: name }),
  };
}

/** The name that a developer means. */
export function nameOf(affected: Exclude<Affected, By>): string {
  if (typeof affected === "string") return affected;
  return affected instanceof Context ? affected.name : affected.options.name;
}

/** The context of that name, or of the reading function of that name; null where there is none. */
export function affectedContext(protocol: Protocol, name: string): string | null {
  if (protocol.contexts.has(name)) return name;
  return protocol.functions.get(name)?.declaration.context ?? null;
}

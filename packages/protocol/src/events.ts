/**
 * What a subscriber may know of what became stale (SPEC.md, section 17.2).
 * Invariant: no parameter value is told but those that the subscriber named himself, and every
 * instance of his that a target matches is matched by what he is told.
 */

import { WireError } from "./errors.js";
import type { Instance, ParamValues, Target } from "./generated/types.js";
import { member } from "./json.js";
import { readInstance, readTarget, reduce, writeTarget, type Parts } from "./targets.js";

/** An instance that a subscriber holds. */
export interface Held extends Instance {
  /** What the server fills in from his request; `params` are those that he named. */
  readonly bound?: ParamValues;
}

interface Whole {
  readonly context: string;
  readonly named: ReadonlySet<string>;
  /** The canonical strings of all parameters, named and bound. */
  readonly values: ReadonlyMap<string, string>;
}

/**
 * What the holder of some instances may know of targets, as a canonical set: each that matches one
 * of them, with only those parameters that he named in it. `*` stays `*`.
 *
 * @throws WireError `document.invalid` for what is no target or instance, or for a parameter that
 * is both named and bound; `json.*` for a value without text
 */
export function visible(targets: readonly Target[], held: readonly Held[]): Target[] {
  const wholes = held.map(readHeld);
  const told = targets.map(readTarget).flatMap((target) => {
    if (target.context === "*") return [target];
    return wholes.filter((whole) => isMatch(target, whole)).map((whole) => shown(target, whole));
  });
  return reduce(told).map(({ parts }) => writeTarget(parts));
}

function readHeld(held: unknown): Whole {
  const { context, params } = readInstance(held);
  const given = member(held as Readonly<Record<string, unknown>>, "bound"); // an object, as it was read
  const bound = given === undefined ? [] : readInstance({ context, params: given }).params;
  const named = new Set(params.map(({ name }) => name));
  for (const { name } of bound) {
    if (named.has(name)) {
      const message = `Expected each parameter once, named or bound; got ${name} as both.`;
      throw new WireError("document.invalid", message, { pointer: `/bound/${name}` });
    }
  }
  const values = new Map([...params, ...bound].map(({ name, text }) => [name, text]));
  return { context, named, values };
}

function isMatch(target: Parts, { context, values }: Whole): boolean {
  return (
    target.context === context &&
    target.params.every(({ name, text }) => (values.get(name) ?? text) === text)
  );
}

function shown(target: Parts, { named }: Whole): Parts {
  return { ...target, params: target.params.filter(({ name }) => named.has(name)) };
}

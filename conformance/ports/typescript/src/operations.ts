/** The operations of SPEC.md, annex C, each a thin call of the core. */

import * as core from "@mizan/protocol";
import type { Instance, Target } from "@mizan/protocol";
import { untag } from "./tagged.js";

/** An operation: input in, output out; what it throws is the refusal. */
export type Operation = (input: never) => object | Promise<object>;

type Text = string | Uint8Array;

export const OPERATIONS: ReadonlyMap<string, Operation> = new Map<string, Operation>([
  [
    "decode",
    ({ text, limit }: { text: unknown; limit?: number }) => ({
      value: core.decode(untag(text) as Text, limit),
    }),
  ],
  ["jcs", ({ value }: { value: unknown }) => ({ text: core.canonicalJson(untag(value)) })],
  ["canonical", ({ value }: { value: unknown }) => ({ text: core.canonicalString(untag(value)) })],
  [
    "targets.canonical",
    ({ targets }: { targets: Target[] }) => ({ targets: core.canonicalSet(targets) }),
  ],
  [
    "targets.matches",
    ({ target, instance }: { target: Target; instance: Instance }) => ({
      matches: core.matches(target, instance),
    }),
  ],
  [
    "guards.instance",
    async ({ instance, scope_params }: { instance: Instance; scope_params: string[] }) => {
      const guards = core.instanceGuards(instance, scope_params);
      return { guards, tags: await Promise.all(guards.map(core.tag)) };
    },
  ],
  [
    "guards.target",
    async ({ target, scope_params }: { target: Target; scope_params: string[] }) => {
      const guard = core.targetGuard(target, scope_params);
      return { guard, tag: await core.tag(guard) };
    },
  ],
  [
    "header.parse",
    ({ field }: { field: unknown }) => ({ targets: core.parseHeader(untag(field) as Text) }),
  ],
  [
    "header.format",
    ({ targets, limit }: { targets: Target[]; limit?: number }) => ({
      field: core.formatHeader(targets, limit),
    }),
  ],
  [
    "held.parse",
    ({ field }: { field: unknown }) => ({ instances: core.parseHeld(untag(field) as Text) }),
  ],
  [
    "held.format",
    ({ instances }: { instances: Instance[] }) => ({ field: core.formatHeld(instances) }),
  ],
]);

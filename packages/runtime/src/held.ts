/**
 * Single flight (SPEC.md, sections 8.3 and 14).
 * Invariant: fresh data is used only where nothing touched the instance since the call was sent.
 */

import { encode, identify, type Identity } from "./canonical.js";
import { isLocal } from "./csrf.js";
import { land } from "./store.js";
import { matches } from "./targets.js";
import type { Client, Entry, Feature, Hold, Target } from "./types.js";

/** The feature: calls say what is mounted, and their replies bring it fresh. */
export const held: Feature = (client) => {
  if (client.options.held ?? isLocal(client)) client.hold = (affects) => hold(client, affects);
};

function hold({ instances }: Client, affects: readonly Target[]): Hold {
  const rank = (entry: Entry): number => +!affects.some((target) => matches(target, entry));
  const mounted = [...instances.values()].filter(({ mounts }) => mounts);
  const [field, sent] = writeHeld(mounted.sort((a, b) => rank(a) - rank(b)));
  const marks = new Map(sent.map((entry) => [entry, touches(entry)]));
  return {
    headers: field ? { "X-Mizan-Held": field } : {},
    take: (fresh = []) => {
      const usable = fresh
        .map(({ context: name, params, data }) => ({
          entry: instances.get(identify({ name }, params).key),
          data,
        }))
        .filter(({ entry }) => entry && marks.get(entry) === touches(entry));
      return () => {
        for (const { entry, data } of usable as { entry: Entry; data: unknown }[]) {
          entry.wanted = undefined;
          land(entry, data, false);
        }
      };
    },
  };
}

/** Both numbers only grow, so equal sums mean that nothing happened in between. */
function touches({ generation, landed }: Entry): number {
  return generation + landed;
}

/** The field value, and the instances that it names. */
export function writeHeld<T extends Pick<Identity, "context" | "texts">>(
  instances: readonly T[],
): readonly [field: string, named: readonly T[]] {
  let field = "";
  let count = 0;
  const named = instances.filter(({ context, texts }) => {
    const pairs = [...texts].map(([name, text]) => `;${name}=${writeValue(text)}`).join("");
    const longer = (field && `${field}, `) + context + pairs;
    // Longer than the Tokens and Strings that RFC 9651 guarantees: left out.
    if (/=[^";]{513}|"[^"]{1025}/.test(pairs)) return false;
    count += longer.length > 1024 ? 9 : 1;
    if (count > 8) return false;
    field = longer;
    return true;
  });
  return [field, named];
}

function writeValue(text: string): string {
  if (/^(0|-?[1-9]\d{0,14})$/.test(text)) return text;
  const encoded = encode(text);
  return /^[A-Za-z]/.test(encoded) ? encoded : `"${encoded}"`;
}

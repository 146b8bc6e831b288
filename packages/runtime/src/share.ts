/**
 * Keeping the parts of data that did not change.
 * Invariant: what is returned is equal to the new value.
 */

import { identify } from "./canonical.js";
import type { Feature, Slice } from "./types.js";

/** The feature: data that comes anew keeps its equal parts, for which nothing is drawn. */
export const sharing: Feature = (client) => {
  const next = client.exchange;
  const keep = (key: string, data: unknown): unknown =>
    share(client.instances.get(key)?.base, data);
  client.exchange = async (request) => {
    const reply = await next(request);
    const { path } = request;
    if (path !== "call/") return { ...reply, body: keep(path.slice("ctx/".length), reply.body) };
    const { fresh = [] } = (reply.body ?? {}) as { fresh?: (Slice & { data: unknown })[] };
    for (const slice of fresh) {
      slice.data = keep(identify({ name: slice.context }, slice.params).key, slice.data);
    }
    return reply;
  };
};

/** The new value, with those parts of the old one that are equal. Both are JSON. */
export function share(old: unknown, value: unknown): unknown {
  if (!isNested(old) || !isNested(value) || Array.isArray(old) !== Array.isArray(value)) {
    return value;
  }
  const names = Object.keys(value);
  let same = names.length === Object.keys(old).length;
  for (const name of names) {
    const has = Object.hasOwn(old, name);
    if (has) value[name] = share(old[name], value[name]);
    same &&= has && old[name] === value[name];
  }
  return same ? old : value;
}

function isNested(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}

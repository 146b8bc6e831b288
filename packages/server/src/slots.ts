/**
 * Where a bundle is kept in the origin cache, and what makes it stale (SPEC.md, sections 9 and 11).
 * Invariant: two reads share a slot only if everything that their result may depend on is the same.
 */

import {
  canonicalString,
  coerce,
  deriveCacheKey,
  EVERYTHING,
  formatPurge,
  instanceGuards,
  parseTags,
  tag,
  targetGuard,
  type Guard,
  type JsonMembers,
  type ParamValues,
  type Target,
} from "@mizan/protocol";
import type { Slot } from "./cache.js";
import type { Catalog, ReadContext } from "./catalog.js";

/** A user, as keys of entries name him. */
export interface Who {
  readonly user: string;
  readonly pkey: string;
}

/** The slot of an instance, for a user (null: a public context) and facets. */
export async function slotOf(
  catalog: Catalog,
  context: ReadContext,
  params: ParamValues,
  who: Who | null,
  vary: Readonly<Record<string, string>>,
): Promise<Slot> {
  const texts = Object.entries(params).map(([name, value]) => [name, canonicalString(value)]);
  const key = await deriveCacheKey(catalog.cacheSecret, {
    aud: catalog.identification.tokens?.audience ?? "",
    context: context.name,
    params: Object.fromEntries(texts) as Record<string, string>,
    rev: context.rev,
    schema: await catalog.contextDigest(context.name),
    user: who?.user ?? null,
    pkey: who?.pkey ?? null,
    vary: { ...vary },
  });
  return { key, guards: await tagsOf(context, params) };
}

/** The tags of the guards of an instance, coarsest first. */
export function tagsOf({ name, scopeParams }: ReadContext, params: ParamValues): Promise<string[]> {
  return Promise.all(instanceGuards({ context: name, params }, scopeParams).map(tag));
}

/**
 * The tags of the instance of which a view of a context shows data; none where that depends on the
 * request besides its arguments.
 */
export async function viewTags(
  catalog: Catalog,
  name: string,
  args: JsonMembers,
): Promise<string[]> {
  const context = catalog.contexts.get(name);
  if (context === undefined || context.bound.size > 0) return [];
  const params: Record<string, ParamValues[string]> = {};
  for (const [scope, type] of catalog.protocol.contexts.get(name)?.scope ?? []) {
    const value = coerce(args[scope], type);
    if (value !== null) params[scope] = value;
  }
  return tagsOf(context, params);
}

/** The tags of the guards that a purge of targets names, each once. */
export async function guardsOf(catalog: Catalog, targets: readonly Target[]): Promise<string[]> {
  return [...new Set(await Promise.all(purged(catalog, targets).map(tag)))];
}

/**
 * The value of Cache-Group-Invalidation for targets (MZ-TAG-008), and for the groups that a reply
 * names by itself. A field that nobody can read stays so: edges then purge everything.
 */
export async function purgeOf(
  catalog: Catalog,
  targets: readonly Target[],
  field: string,
): Promise<string> {
  let own;
  try {
    own = parseTags(field);
  } catch {
    return field;
  }
  return formatPurge(purged(catalog, targets), own);
}

function purged(catalog: Catalog, targets: readonly Target[]): Guard[] {
  return targets.flatMap((target) => {
    if (target === EVERYTHING) {
      return [...catalog.contexts.keys()].map((context) => ({ context, params: {} }));
    }
    const name = typeof target === "string" ? target : target.context;
    return [targetGuard(target, catalog.contexts.get(name)?.scopeParams ?? [])];
  });
}

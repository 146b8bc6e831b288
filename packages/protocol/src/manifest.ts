/**
 * The manifest (SPEC.md, section 12.1, annex C.5).
 * Invariant: a pure function of the declarations, in one order whatever theirs is.
 */

import type { Catalog, CatalogContext, CatalogFunction } from "./declarations.js";
import type { Affects, Manifest, ManifestContext, ManifestMutation } from "./generated/types.js";
import { compareText } from "./json.js";
import { effectivePolicy } from "./policy.js";
import { endpoint } from "./url.js";

/** The manifest of a catalog; its text is canonicalJson of it. */
export function buildManifest({ baseUrl, contexts, functions }: Catalog): Manifest {
  const mutations = [...functions.values()].filter(({ effects }) => effects.length > 0);
  return {
    mizan: "1.0",
    base_url: baseUrl,
    contexts: Object.fromEntries(
      [...contexts].map(([name, context]) => [name, contextOf(endpoint(baseUrl, name), context)]),
    ),
    mutations: Object.fromEntries(
      mutations.map((mutation) => [mutation.declaration.name, mutationOf(mutation)]),
    ),
  };
}

function contextOf(url: string, context: CatalogContext): ManifestContext {
  const { declaration, functions, parameters, bound, scope, userScoped } = context;
  return {
    endpoint: url,
    functions: functions
      .map(({ name, path = "rpc", rev = 0 }) => ({ name, path, rev }))
      .sort((a, b) => compareText(a.name, b.name)),
    parameters: [...parameters],
    bound_params: [...bound]
      .map(([name, type]) => ({ name, type }))
      .sort((a, b) => compareText(a.name, b.name)),
    scope_params: [...scope.keys()],
    views: distinct(functions.flatMap(({ route }) => route ?? [])),
    page_routes: distinct(declaration.page_routes ?? []),
    render_strategy: userScoped ? "dynamic_cached" : "psr",
    user_scoped: userScoped,
    ...effectivePolicy(functions),
  };
}

function distinct<T extends string>(items: Iterable<T>): T[] {
  return [...new Set(items)].sort();
}

function mutationOf({ declaration, effects }: CatalogFunction): ManifestMutation {
  const scoped = new Map<string, string[]>();
  for (const { context, scope } of effects) {
    const { name } = context.declaration;
    // A context that is affected twice is scoped by what both have: the broadest.
    const known = scoped.get(name) ?? [...scope.keys()];
    scoped.set(
      name,
      known.filter((each) => scope.has(each)),
    );
  }
  return {
    affects: effects
      .map((effect) => effect.declaration)
      .sort((a, b) => compareText(sortKey(a), sortKey(b))),
    auto_scoped_params: Object.fromEntries([...scoped].filter(([, names]) => names.length > 0)),
    private: declaration.private === true,
    methods: distinct(declaration.methods ?? ["POST"]),
    ...(declaration.route !== undefined && { route: declaration.route }),
  };
}

/** A space sorts before every character of a name. */
function sortKey({ context, function: name = "" }: Affects): string {
  return `${context} ${name}`;
}

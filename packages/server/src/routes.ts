/**
 * Paths: the endpoints, and the routes of view functions (SPEC.md, sections 2 and 3).
 * Invariant: of several routes that match, the first declared one answers.
 */

import type { Catalog, ServerFunction } from "./catalog.js";
import type { Incoming } from "./incoming.js";
import { BASE_URL } from "./options.js";

/** What a path leads to. */
export type Found =
  | { readonly kind: "call" }
  | { readonly kind: "context"; readonly name: string }
  | {
      readonly kind: "view";
      readonly each: ServerFunction;
      /** The texts of the route's parameters. */
      readonly route: Readonly<Record<string, string>>;
    };

/** Makes what finds out where a request leads; null: nowhere. */
export function routesOf({ options, functions }: Catalog): (incoming: Incoming) => Found | null {
  const base = (options.baseUrl ?? BASE_URL).replace(/^https?:\/\/[^/]*/, "");
  const views = [...functions.values()].flatMap((each) => {
    const { route } = each.options;
    return route === undefined ? [] : [{ each, segments: route.split("/") }];
  });
  return ({ path, method }) => {
    const rest = path.startsWith(base) ? path.slice(base.length) : null;
    if (rest === "call/") return { kind: "call" };
    const [, name] = /^ctx\/([^/]+)\/$/.exec(rest ?? "") ?? [];
    if (name !== undefined) return { kind: "context", name };
    const matching = views.flatMap(({ each, segments }) => {
      const route = match(segments, path.split("/"));
      return route === null ? [] : [{ kind: "view" as const, each, route }];
    });
    const answers = matching.find(({ each }) => answersTo(each, method));
    return answers ?? matching[0] ?? null;
  };
}

/** Whether a view function answers a method; where there is GET there is HEAD. */
function answersTo({ methods }: ServerFunction, method: string): boolean {
  return methods.some((each) => each === method || (each === "GET" && method === "HEAD"));
}

/** The parameters of a route by name, null where the path is another. */
function match(
  route: readonly string[],
  path: readonly string[],
): Readonly<Record<string, string>> | null {
  if (route.length !== path.length) return null;
  const found: [string, string][] = [];
  for (const [at, segment] of route.entries()) {
    const given = path[at] ?? "";
    if (!segment.startsWith(":")) {
      if (segment !== given) return null;
      continue;
    }
    const text = decoded(given);
    if (text === null || text === "") return null;
    found.push([segment.slice(1), text]);
  }
  return Object.fromEntries(found);
}

function decoded(segment: string): string | null {
  try {
    return decodeURIComponent(segment);
  } catch {
    return null;
  }
}

/**
 * By what names a reply can be purged: its tags, its URL, and the routes of the manifest that it
 * answers (SPEC.md, sections 9 and 12.2).
 * Invariant: whatever `resolve` makes of a target that the reply shows is one of its names.
 */

import {
  canonicalString,
  coerce,
  parseTags,
  percentEncode,
  GROUPS,
  type Manifest,
  type ManifestContext,
  type ParameterType,
} from "@mizan/protocol";
import { readField } from "./fields.js";
import { pathOf } from "./url.js";

/** A segment of a route: a text, or the type of its parameter. */
type Segment = string | { readonly type: ParameterType | null };

type Route = readonly Segment[];

/** How replies are named. */
export interface Namer {
  /** The names of the reply for a URL; null where it could not be purged: nobody may keep it. */
  readonly name: (url: URL, headers: Headers) => Set<string> | null;
  /** Whether a pattern is one that names pages, or that tags stand for. */
  readonly knows: (pattern: string) => boolean;
}

// Each parameter doubles the patterns that name a page.
const MOST_PARAMETERS = 6;

/** Makes what names replies, from a manifest. */
export function namerOf(manifest: Manifest): Namer {
  const endpoints = `${pathOf(manifest.base_url)}ctx/`;
  const routes = Object.values(manifest.contexts).flatMap((context) =>
    [...context.views, ...context.page_routes].map((route) => readRoute(context, route)),
  );
  const knows = (pattern: string): boolean =>
    pattern.startsWith(endpoints) || routes.some((route) => isOf(route, pattern.split("/")));
  const name: Namer["name"] = ({ pathname, search }, headers) => {
    const tags = readField(headers.get(GROUPS), parseTags);
    if (tags === null || (tags.length === 0 && pathname.startsWith(endpoints))) return null;
    const names = new Set([...tags, pathname + search]);
    for (const route of routes) {
      const patterns = patternsOf(route, pathname);
      if (patterns === null) return null;
      for (const pattern of patterns) names.add(pattern);
    }
    return names;
  };
  return { name, knows };
}

function readRoute({ parameters, bound_params }: ManifestContext, route: string): Route {
  const types = new Map([...parameters, ...bound_params].map(({ name, type }) => [name, type]));
  return route
    .split("/")
    .map((segment) =>
      segment.startsWith(":") ? { type: types.get(segment.slice(1)) ?? null } : segment,
    );
}

/**
 * The patterns of a route that a path answers, none if it does not; null where a value is none of
 * its type, and so no purge would find it.
 */
function patternsOf(route: Route, path: string): string[] | null {
  const given = path.split("/");
  if (!isOf(route, given)) return [];
  if (route.filter((segment) => typeof segment !== "string").length > MOST_PARAMETERS) return null;
  let patterns = [""];
  for (const [at, segment] of route.entries()) {
    const spellings = typeof segment === "string" ? [segment] : spell(given[at] ?? "", segment);
    if (spellings === null) return null;
    const slash = at === 0 ? "" : "/";
    patterns = patterns.flatMap((pattern) => spellings.map((each) => pattern + slash + each));
  }
  return patterns;
}

function isOf(route: Route, given: readonly string[]): boolean {
  return (
    given.length === route.length &&
    route.every((segment, at) => typeof segment !== "string" || segment === given[at])
  );
}

/** How purges name a value in a path: by a star, and by its canonical string. */
function spell(text: string, { type }: { type: ParameterType | null }): string[] | null {
  if (type === null) return ["*"];
  try {
    const value = coerce(decodeURIComponent(text), type, false);
    return ["*", percentEncode(canonicalString(value))];
  } catch {
    return null;
  }
}

/**
 * Resolution of targets at an edge (SPEC.md, section 12.2).
 * Invariant: whatever a target makes stale is under one of the tags.
 */

import type { Manifest, ManifestContext, Target } from "./generated/types.js";
import { attempt } from "./errors.js";
import { tag, targetGuard } from "./guards.js";
import { parseHeader } from "./header.js";
import { member } from "./json.js";
import { percentEncode } from "./percent.js";
import { EVERYTHING, readTarget, reduce, writeTarget, type Parts } from "./targets.js";
import { endpoint } from "./url.js";

/** What an edge purges; each list is sorted. */
export interface Resolution {
  readonly tags: readonly string[];
  readonly urls: readonly string[];
  /** URLs in which `*` stands for any characters. */
  readonly patterns: readonly string[];
}

interface Found {
  readonly tags: Set<string>;
  readonly urls: Set<string>;
  readonly patterns: Set<string>;
}

/**
 * What an edge purges for targets, or for a field value; one that cannot be read is `*`.
 *
 * @throws WireError for a target that is none
 */
export async function resolve(
  manifest: Manifest,
  targets: readonly Target[] | string | Uint8Array,
): Promise<Resolution> {
  const set = isList(targets) ? targets : readField(targets);
  const found: Found = { tags: new Set(), urls: new Set(), patterns: new Set() };
  for (const { parts } of reduce(set.map(readTarget))) {
    for (const each of parts.context === "*" ? everyContext(manifest) : [parts]) {
      await resolveOne(manifest, each, found);
    }
  }
  return {
    tags: [...found.tags].sort(),
    urls: [...found.urls].sort(),
    patterns: [...found.patterns].sort(),
  };
}

function isList(targets: readonly Target[] | string | Uint8Array): targets is readonly Target[] {
  return Array.isArray(targets);
}

function readField(field: string | Uint8Array): readonly Target[] {
  return attempt(
    () => parseHeader(field),
    () => [EVERYTHING],
  );
}

function everyContext(manifest: Manifest): Parts[] {
  return Object.keys(manifest.contexts).map((context) => ({ context, function: null, params: [] }));
}

async function resolveOne(manifest: Manifest, parts: Parts, found: Found): Promise<void> {
  const context = member(manifest.contexts, parts.context);
  const guard = targetGuard(writeTarget(parts), context?.scope_params ?? []);
  found.tags.add(await tag(guard));
  if (context === undefined) {
    found.patterns.add(`${endpoint(manifest.base_url, parts.context)}*`);
    return;
  }
  const values = new Map(parts.params.map(({ name, text }) => [name, percentEncode(text)]));
  const url = contextUrl(context, values);
  (url.includes("*") ? found.patterns : found.urls).add(url);
  const known = new Set([...context.parameters, ...context.bound_params].map(({ name }) => name));
  const fixed = new Map([...values].filter(([name]) => known.has(name)));
  for (const route of [...context.views, ...context.page_routes]) {
    const { path, open } = fillRoute(route, fixed);
    (open ? found.patterns : found.urls).add(path);
  }
}

/** The URL of the instances that have these values: a pattern where they do not fix them all. */
function contextUrl(context: ManifestContext, values: ReadonlyMap<string, string>): string {
  let query = "";
  let fixed = false;
  for (const { name } of context.parameters) {
    const value = values.get(name);
    const afterPair = query !== "" && !query.endsWith("*");
    if (value !== undefined) query += `${afterPair ? "&" : ""}${name}=${value}`;
    else if (!query.endsWith("*")) query += "*";
    fixed ||= value !== undefined;
  }
  return context.endpoint + (fixed ? "?" : "") + query;
}

const SEGMENT = /\/:([a-z][a-z0-9_]*)(?=\/|$)/g;

function fillRoute(
  route: string,
  values: ReadonlyMap<string, string>,
): { path: string; open: boolean } {
  let open = false;
  const path = route.replace(SEGMENT, (_, name: string) => {
    open ||= !values.has(name);
    return `/${values.get(name) ?? "*"}`;
  });
  return { path, open };
}

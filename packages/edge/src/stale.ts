/**
 * What a reply to an unsafe method makes stale (SPEC.md, sections 7, 8.2, 9.1 and 12.2; RFC 9875).
 * Invariant: what cannot be read is everything.
 */

import { INVALIDATION, parseHeader, parseTags, resolve, tag, type Target } from "@mizan/protocol";
import { readField } from "./fields.js";
import type { User } from "./identity.js";
import type { Setup } from "./options.js";
import type { Names } from "./purges.js";
import { pathOf } from "./url.js";

/**
 * The names of what a reply made stale.
 *
 * @param user who sent the request, if a token proved him
 */
export async function staleBy(
  setup: Setup,
  url: URL,
  { status, headers }: Response,
  user: User | null,
): Promise<Names> {
  const targets = readField(headers.get("X-Mizan-Invalidate"), parseHeader);
  const groups = readField(headers.get(INVALIDATION), parseTags);
  if (targets === null || groups === null || targets.includes("*")) return null;
  const own = user === null ? [] : targets.filter((target) => isOwn(setup, target));
  const { tags, urls, patterns } = await resolve(
    setup.manifest,
    targets.filter((target) => !own.includes(target)),
  );
  const names = new Set([...tags, ...[...urls, ...patterns].map(pathOf)]);
  const narrowed = await tagsOf(own.map(contextOf));
  for (const each of groups) if (!narrowed.includes(each)) names.add(each);
  for (const each of narrowed) {
    names.add(ownName(each, null));
    names.add(ownName(each, user));
  }
  if (status < 400) names.add(url.pathname + url.search); // RFC 9111, section 4.4
  return names;
}

function contextOf(target: Target): string {
  return typeof target === "string" ? target : target.context;
}

/** Whether a target is the whole of a context in which users change only their own. */
function isOwn({ ownContexts }: Setup, target: Target): boolean {
  return ownContexts.has(contextOf(target));
}

/** The tags of whole contexts. */
export function tagsOf(contexts: Iterable<string>): Promise<string[]> {
  return Promise.all([...contexts].map((context) => tag({ context, params: {} })));
}

/** The name of what is one user's, or nobody's, of a whole context. */
export function ownName(tagOfContext: string, user: User | null): string {
  return `${tagOfContext}@${user?.sub ?? ""}`;
}

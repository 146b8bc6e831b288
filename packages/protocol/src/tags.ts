/**
 * The fields that list tags to caches: on responses, and what a mutation purges (SPEC.md, 9.1).
 * Invariant: no tag is ever cut off. A response with too many has none, and so is not to be kept; a
 * mutation with too many purges more than it made stale.
 */

import { WireError } from "./errors.js";
import { parseList } from "./fields.js";
import type { Guard } from "./generated/types.js";
import { tag } from "./guards.js";
import { compareText } from "./json.js";

/** The field of a response that lists its tags (RFC 9875). */
export const GROUPS = "Cache-Groups";
/** The field of a mutation's reply that lists what it purges (RFC 9875). */
export const INVALIDATION = "Cache-Group-Invalidation";

const MOST = 32;

/** How a network is told the tags of a response. */
export interface TagField {
  readonly field: string;
  readonly separator: string;
}

/** A network that has a field of its own for tags. */
export type Network = "fastly" | "cloudflare" | "cloudfront" | "akamai" | "varnish";

/** The networks' fields. */
export const NETWORKS: Readonly<Record<Network, TagField>> = {
  fastly: { field: "Surrogate-Key", separator: " " },
  cloudflare: { field: "Cache-Tag", separator: "," },
  cloudfront: { field: "Cache-Tag", separator: "," },
  akamai: { field: "Edge-Cache-Tag", separator: "," },
  varnish: { field: "xkey", separator: " " },
};

/** The fields of responses that list tags. */
export const TAG_FIELDS: readonly string[] = [
  GROUPS,
  ...new Set(Object.values(NETWORKS).map(({ field }) => field)),
];

/**
 * The tags that a value of Cache-Groups or Cache-Group-Invalidation lists, each once.
 *
 * @param field the value, several field lines joined with `, `
 * @throws WireError `header.size`, `header.syntax`, `header.item_type`, `header.tag`
 */
export function parseTags(field: string | Uint8Array): string[] {
  const tags = parseList(field).map(({ kind, raw }) => {
    if (kind !== "string") {
      throw new WireError("header.item_type", `Expected a String for a tag, got: ${kind}.`);
    }
    if (!/^[a-z0-9._-]{1,32}$/.test(raw)) {
      throw new WireError("header.tag", `Expected 1 to 32 of [a-z0-9._-] for a tag, got "${raw}".`);
    }
    return raw;
  });
  return [...new Set(tags)];
}

/**
 * The fields of a response that has these tags, by name; none without tags.
 *
 * @param networks for whom the tags are written too
 * @throws WireError `document.invalid` for a network that is not known, `header.tag_count` for more
 * tags than a cache need take: nobody may keep such a response
 */
export function formatTags(
  tags: readonly string[],
  networks: readonly string[] = [],
): Record<string, string> {
  const found = [...new Set(tags)];
  const others = networks.map(tagField);
  if (found.length > MOST) {
    const message = `A response has at most ${MOST} tags, not ${found.length}.`;
    throw new WireError("header.tag_count", message);
  }
  if (found.length === 0) return {};
  const fields = others.map(({ field, separator }) => [field, found.join(separator)]);
  return { [GROUPS]: formatStrings(found), ...(Object.fromEntries(fields) as object) };
}

/** Tags as a List of Strings. */
export function formatStrings(tags: readonly string[]): string {
  return tags.map((each) => `"${each}"`).join(", ");
}

/**
 * The value of Cache-Group-Invalidation that purges what stands under the guards; empty for none,
 * when the field must not be sent. Over 32 tags whole contexts take the place of their parts, the
 * one with the most tags first (MZ-TAG-005).
 *
 * @param own tags of an application's own, which are all kept
 */
export async function formatPurge(
  guards: readonly Guard[],
  own: readonly string[] = [],
): Promise<string> {
  const parts = new Map<string, Set<string>>();
  for (const guard of guards) {
    const tags = parts.get(guard.context) ?? new Set();
    parts.set(guard.context, tags.add(await tag(guard)));
  }
  let count = [...parts.values()].reduce((sum, { size }) => sum + size, own.length);
  const order = [...parts].sort(([a, m], [b, n]) => n.size - m.size || compareText(a, b));
  for (const [context, { size }] of order) {
    if (count <= MOST || size === 1) break;
    parts.set(context, new Set([await tag({ context, params: {} })]));
    count -= size - 1;
  }
  const tags = [...parts.values()].flatMap((each) => [...each]);
  return formatStrings([...new Set([...own, ...tags])].sort());
}

function tagField(network: string): TagField {
  const found = Object.entries(NETWORKS).find(([name]) => name === network);
  if (found !== undefined) return found[1];
  const known = Object.keys(NETWORKS).join(", ");
  throw new WireError("document.invalid", `${network} is no network: one of ${known}.`);
}

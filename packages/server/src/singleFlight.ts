/**
 * Single flight: what a call made stale, fresh in its own reply (SPEC.md, section 14).
 * Invariant: the call has been committed, so nothing here fails it: a slice that fails, that passes
 * a limit or that may be stale already is left out.
 */

import {
  canonicalJson,
  canonicalString,
  matches,
  MizanError,
  parseHeld,
  percentEncode,
  type Instance,
  type Target,
} from "@mizan/protocol";
import { checkAll } from "./admit.js";
import type { Catalog } from "./catalog.js";
import { readableContext } from "./find.js";
import type { Identity } from "./identity.js";
import { readQuery } from "./incoming.js";
import { bind, bundleOf, type Visit } from "./reads.js";

/** The most that all slices of a reply may take, in bytes (MZ-SFL-002). */
const MAX_BYTES = 256 * 1024;
/** For so many milliseconds slices are begun; what is not begun by then is left to the client. */
const BUDGET = 1000;

/**
 * The slices, as JSON texts, of the held instances that the targets made stale; after a change of
 * identity none.
 *
 * @param identity who called
 */
export async function fresh(
  catalog: Catalog,
  visit: Visit,
  identity: Identity,
  held: string,
  targets: readonly Target[],
): Promise<string[]> {
  const stale = heldBy(held).filter((each) => targets.some((target) => matches(target, each)));
  if (stale.length === 0 || !(await isSame(visit, identity))) return [];
  const slices: string[] = [];
  const until = performance.now() + BUDGET;
  let left = MAX_BYTES;
  for (const instance of stale) {
    if (performance.now() >= until) break;
    const slice = await sliceOf(catalog, visit, identity, instance).catch(() => null);
    const size = slice === null ? 0 : new TextEncoder().encode(slice).length;
    if (slice === null || size > left) continue;
    slices.push(slice);
    left -= size;
  }
  return slices;
}

/** What the client holds; nothing where that cannot be read (MZ-HLD-002). */
function heldBy(held: string): Instance[] {
  try {
    return parseHeld(held);
  } catch (error) {
    if (error instanceof MizanError) return [];
    throw error;
  }
}

/** Whether the same user asks as before the call. */
async function isSame({ asker }: Visit, before: Identity): Promise<boolean> {
  asker.forgetSession();
  try {
    return (await asker.identity()).sub === before.sub;
  } catch {
    return false; // token and session now name two
  }
}

/** A slice; null for what a mutation may have made stale meanwhile. */
async function sliceOf(
  catalog: Catalog,
  visit: Visit,
  identity: Identity,
  instance: Instance,
): Promise<string | null> {
  const context = readableContext(catalog, instance.context);
  await checkAll(visit.call, context.functions, identity);
  const pairs = Object.entries(instance.params).map(
    ([name, value]) => `${name}=${percentEncode(canonicalString(value))}`,
  );
  const query = readQuery(catalog, context, pairs.join("&"));
  const { params, open } = await bind(catalog, context, query, visit.call);
  const { body, overlapped } = await bundleOf(catalog, visit, context, identity, params, true);
  if (overlapped) return null;
  const data = new TextDecoder().decode(body);
  return `{"context":"${context.name}","data":${data},"params":${canonicalJson(open)}}`;
}

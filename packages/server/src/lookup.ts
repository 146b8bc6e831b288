/**
 * A look into the origin cache (SPEC.md, section 15.1).
 * Invariant: one read computes what is missed; others wait for it for a bounded time.
 */

import type { Beginning, Kept, MemoryCache, Slot } from "./cache.js";

// Milliseconds. A reader that waits for a hold to go mostly need not bypass.
const HELD_WAIT = 20;
const LONGEST_PAUSE = 50;

/** A hit, or what there is to do after a miss. */
export type Look = { readonly state: "hit"; readonly kept: Kept } | Beginning;

/** Looks for an entry; after a miss claims its computation, or waits for the read that has. */
export async function look(cache: MemoryCache, slot: Slot): Promise<Look> {
  for (let waited = 0, pause = 1; ; waited += pause, pause = Math.min(2 * pause, LONGEST_PAUSE)) {
    const kept = cache.read(slot);
    if (kept !== null) return { state: "hit", kept };
    const begun = cache.begin(slot);
    if (begun.state === "miss" || begun.state === "alone") return begun;
    if (waited >= (begun.state === "held" ? HELD_WAIT : cache.limits.wait * 1000)) return begun;
    await new Promise((resolve) => setTimeout(resolve, pause));
  }
}

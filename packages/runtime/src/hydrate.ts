/**
 * Data of pages that a server rendered.
 * Invariant: data from a page never replaces data that was fetched or is known to be stale.
 */

import { identify } from "./canonical.js";
import { entryOf, shown, update } from "./store.js";
import type { Client, Slice } from "./types.js";

/** What a client has that is not known to be stale, for `hydrate` in a browser. */
export function dehydrate(client: Client): Slice[] {
  return [...client.instances.values()]
    .filter(({ snapshot }) => snapshot.status === "success" && !snapshot.stale)
    .map(({ context, params, base }) => ({ context, params, data: base }));
}

/**
 * Puts data into a client, for instances of which it knows nothing. Where something was invalidated
 * since the client was made, nobody knows which came first: the data is shown, stale, and read anew.
 *
 * @param event up to which event the data is fresh, if that is known
 */
export function hydrate(client: Client, slices: readonly Slice[], event?: string): void {
  for (const { context: name, params, data } of slices) {
    const entry = entryOf(client, identify({ name }, params));
    const { status, stale } = entry.snapshot;
    if (status !== "pending" || stale) continue;
    const doubt = !!client.changed;
    entry.wanted = doubt ? "hydrate" : undefined;
    entry.base = data;
    entry.event = event;
    const updatedAt = Date.now();
    update(entry, { data: shown(entry, true), status: "success", stale: doubt, updatedAt });
  }
}

/** The text of a script element, in which nothing ends the element. */
export function toHtml(slices: readonly Slice[]): string {
  return JSON.stringify(slices).replaceAll("<", "\\u003c");
}

/** Hydrates from every `<script type="application/mizan+json">` of a document. */
export function hydrateDocument(
  client: Client,
  page: Pick<Document, "querySelectorAll"> = document,
): void {
  const found = page.querySelectorAll<HTMLElement>('script[type="application/mizan+json"]');
  for (const { textContent, dataset } of found) {
    hydrate(client, JSON.parse(textContent || "[]") as Slice[], dataset["event"]);
  }
}

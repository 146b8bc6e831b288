/**
 * Writing to the store from outside.
 * Invariant: what is written here never counts as newer than what a fetch brings.
 */

import { identify } from "./canonical.js";
import { entryOf, makeStale, shown, update } from "./store.js";
import type { Client, MizanContext } from "./types.js";

/**
 * Shows other data until data from the server lands.
 *
 * @param value the data, or a function of the present data (undefined where there is none)
 * @returns what takes it back; it does nothing once data from the server has landed
 */
export function setData<P extends object, D>(
  client: Client,
  context: MizanContext<P, D>,
  params: NoInfer<P>,
  value: NoInfer<D> | ((old: D | undefined) => NoInfer<D>),
): () => void {
  const entry = entryOf(client, identify(context, params));
  const { base: before, snapshot, landed } = entry;
  const written =
    typeof value === "function" ? (value as (old: unknown) => unknown)(before) : value;
  const write = (
    base: unknown,
    { status, error }: Pick<typeof snapshot, "status" | "error">,
  ): void => {
    entry.base = base;
    update(entry, { data: shown(entry, false), status, error });
  };
  write(written, { status: "success", error: undefined });
  return () => {
    if (entry.landed !== landed) return;
    if (entry.base === written) write(before, snapshot);
    // Something was written on top: only the server knows what is right now.
    else makeStale(client, entry, "roll-back");
  };
}

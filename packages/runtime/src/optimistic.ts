/**
 * Changes that are shown before the server has made them.
 * Invariant: a change leaves with its own call's outcome, and not before the data that has it.
 */

import { mizanCall, type CallOptions } from "./call.js";
import { identify } from "./canonical.js";
import { subscribe } from "./instance.js";
import { entryOf, shown, update } from "./store.js";
import type { Client, Entry, Layer, MizanContext, MizanFunction, Outcome, View } from "./types.js";

/** What a call will change in one instance. */
export interface Change {
  readonly context: MizanContext;
  readonly params: object;
  readonly apply: (data: unknown) => unknown;
}

/**
 * A change of an instance: a function of its data, which must not alter what it is given.
 *
 * It is applied anew whenever data of the server lands before the call is over.
 */
export function change<P extends object, D>(
  context: MizanContext<P, D>,
  params: NoInfer<P>,
  apply: (data: NoInfer<D>) => NoInfer<D>,
): Change {
  return { context: context as MizanContext, params, apply: apply as Change["apply"] };
}

/**
 * As `mizanCall`, with changes shown at once.
 *
 * @throws as mizanCall, when the changes are gone
 */
export async function mizanOptimistic<A extends object, R, E extends string>(
  client: Client,
  fn: MizanFunction<A, R, E> | string,
  args: NoInfer<A>,
  changes: readonly Change[],
  options: CallOptions = {},
): Promise<R> {
  const added = changes.map((each) => add(client, each));
  const onOutcome = (outcome: Outcome): void => {
    for (const { layer } of added) layer.done = outcome !== "refused";
    options.onOutcome?.(outcome);
  };
  try {
    return await mizanCall(client, fn, args, { ...options, onOutcome });
  } finally {
    for (const each of added) leave(client, each);
  }
}

interface Added {
  readonly entry: Entry;
  readonly view: View;
  readonly layer: Layer;
}

function add(client: Client, { context, params, apply }: Change): Added {
  const entry = entryOf(client, identify(context, params));
  const view = (entry.view ??= viewOf());
  const layer = { apply, done: false };
  view.layers = [...view.layers, layer];
  update(entry, { data: shown(entry, false) });
  return { entry, view, layer };
}

function viewOf(): View {
  const view: View = (base, settled) => {
    if (settled) view.layers = view.layers.filter(({ done }) => !done);
    return view.layers.reduce(replay, base);
  };
  view.layers = [];
  return view;
}

/** Without data there is nothing to change; a change that fails is reported and left out. */
function replay(data: unknown, { apply }: Layer): unknown {
  try {
    return data === undefined ? data : apply(data);
  } catch (error) {
    queueMicrotask(() => {
      throw error;
    });
    return data;
  }
}

/** Takes a change away: at once, or, where data that has it is on its way, when that has come. */
function leave(client: Client, { entry, view, layer }: Added): void {
  const look = (): void => {
    if (layer.done && (entry.flight ?? (entry.wanted && entry.mounts))) return;
    stop();
    if (!view.layers.includes(layer)) return;
    view.layers = view.layers.filter((each) => each !== layer);
    if (entry.view === view) update(entry, { data: shown(entry, false) });
  };
  const stop = subscribe(client, entry, look, { enabled: false });
  look();
}

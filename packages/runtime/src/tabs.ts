/**
 * Tabs of one identity tell each other what was invalidated.
 * Invariant: what was heard from a tab is not told again.
 */

import { on } from "./client.js";
import { invalidate, reset } from "./store.js";
import type { Client, MizanEvent } from "./types.js";

export interface TabsOptions {
  /** Who is logged in, as far as the page knows; invalidations are for tabs of the same alone. */
  readonly identity: () => string;
  /** The name of the BroadcastChannel; by default one for each base URL. */
  readonly name?: string;
}

/** Connects a client with those of other tabs; returns what ends it. */
export function tabs(client: Client, { identity, name }: TabsOptions): () => void {
  const channel = new BroadcastChannel(name ?? `mizan:${client.options.baseUrl}`);
  let isHearing = false;
  const stop = on(client, (event) => {
    // Events are told to all tabs as it is.
    const isEvent = event.type === "invalidate" && event.source === "event";
    if (!isHearing && !isEvent) channel.postMessage({ ...event, identity: identity() });
  });
  channel.onmessage = ({ data }: MessageEvent<MizanEvent & { identity: string }>) => {
    isHearing = true;
    // Whoever is logged in, tabs share the session that ended.
    if (data.type === "reset") reset(client);
    else if (data.identity === identity()) invalidate(client, data.targets, "tab");
    isHearing = false;
  };
  // A page that was put away has heard nothing.
  const onShow = (event: { readonly persisted?: boolean }): void => {
    if (event.persisted) invalidate(client, "*", "pageshow");
  };
  globalThis.addEventListener("pageshow", onShow);
  return () => {
    stop();
    channel.close();
    globalThis.removeEventListener("pageshow", onShow);
  };
}

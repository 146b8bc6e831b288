/**
 * Pages that a server draws, as a stream or at once.
 * Invariant: what the server has drawn is taken over with the data that it was drawn from.
 */

import { registerContext, type Client, type Slice, type Snapshot } from "@mizan/runtime";
import { hydrate, toHtml } from "@mizan/runtime/hydrate";
import { createElement, useId, useMemo, useState, useSyncExternalStore } from "react";
import type { ReactElement, ReactNode } from "react";
import { useMizan } from "./provider.js";
import { ScopeContext, type Scope } from "./scope.js";

export interface HydrateProps {
  /** What `dehydrate` gave on the server, or a loader's part of it. */
  readonly slices: readonly Slice[];
  readonly children?: ReactNode;
}

/** Puts data into the client before the children are drawn; it replaces nothing. */
export function Hydrate({ slices, children }: HydrateProps): ReactNode {
  const client = useMizan();
  useMemo(() => fill(client, slices), [client, slices]);
  return children;
}

/**
 * On a server, lets a script follow its children that holds what their suspending hooks have shown,
 * when all of them have; in a browser, puts that into the client before they are drawn, unless
 * something was invalidated meanwhile.
 *
 * One belongs into each `<Suspense>`, as the parts of a page come as their scripts do.
 */
export function Streamed({ children }: { readonly children?: ReactNode }): ReactElement {
  const client = useMizan();
  const id = useId();
  const [scope] = useState(() => open(client, id));
  const data = createElement(Data, { id, scope });
  return createElement(ScopeContext.Provider, { value: scope }, children, data);
}

function Data({ id, scope }: { readonly id: string; readonly scope: Scope }): ReactNode {
  const isServed = useSyncExternalStore(never, no, yes);
  const { awaited, read, text } = scope;
  // What was waited for before is drawn before this is drawn again, and may wait for more.
  // eslint-disable-next-line @typescript-eslint/only-throw-error -- as React wants it
  if (awaited?.size) throw Promise.all(awaited.values());
  const __html = text ?? (read?.size ? toHtml([...read.values()]) : undefined);
  if (!isServed || __html === undefined) return null;
  const type = "application/mizan+json";
  return createElement("script", { id, type, dangerouslySetInnerHTML: { __html } });
}

const yes = (): boolean => true;
const no = (): boolean => false;
const never = () => no;

function open(client: Client, id: string): Scope {
  if (typeof document === "undefined") return { awaited: new Map(), read: new Map() };
  const text = document.getElementById(id)?.textContent;
  if (!text) return {};
  // The server drew this part before whatever has changed since the page began.
  return { text, served: fill(client, JSON.parse(text) as Slice[], client.changed) };
}

/** Puts slices into a client; returns by key what is to be shown until the page is taken over. */
function fill(client: Client, slices: readonly Slice[], isOld = false): Map<string, Snapshot> {
  const served = new Map<string, Snapshot>();
  for (const slice of slices) {
    const { key, getSnapshot } = registerContext(client, { name: slice.context }, slice.params);
    // No other component may be drawn anew while one is drawn; it has what it shows under way.
    if (!isOld && !client.instances.get(key)?.listeners.size) hydrate(client, [slice]);
    served.set(key, {
      ...getSnapshot(),
      data: slice.data,
      error: undefined,
      status: "success",
      stale: false,
    });
  }
  return served;
}

/**
 * Pages with htmx: what their requests made stale.
 * Invariant: a header that cannot be read makes everything stale, and so does a lost reply.
 */

import { on } from "./client.js";
import { invalidate, observe } from "./store.js";
import type { Client } from "./types.js";

/** What htmx tells with `htmx:afterRequest`, as far as it is used. */
interface AfterRequest {
  readonly xhr: { status: number; getResponseHeader: (name: string) => string | null };
  readonly requestConfig: { verb: string };
}

/**
 * Reads the header of each request that htmx makes; one that may have changed something and whose
 * reply is lost (no network, 5xx) makes everything stale. For each target of an invalidation, whoever
 * made it, the root then has an event `mizan:CONTEXT` (`mizan:all` for everything), whose detail is
 * the parameters: `hx-trigger="mizan:user from:body"`.
 */
export function htmx(client: Client, root: EventTarget = document.body): () => void {
  const onRequest = (event: Event): void => {
    const { xhr, requestConfig } = (event as CustomEvent<AfterRequest>).detail;
    const isLost = xhr.status === 0 || xhr.status >= 500;
    if (isLost && requestConfig.verb !== "get") invalidate(client, "*", "htmx (lost)");
    else observe(client, { headers: { get: (name) => xhr.getResponseHeader(name) } }, "htmx");
  };
  root.addEventListener("htmx:afterRequest", onRequest);
  const stop = on(client, (event) => {
    if (event.type === "reset") root.dispatchEvent(new CustomEvent("mizan:all"));
    else {
      for (const target of event.targets) {
        const { context, params } = typeof target === "string" ? { context: target } : target;
        const type = `mizan:${context === "*" ? "all" : context}`;
        root.dispatchEvent(new CustomEvent(type, { detail: params ?? {} }));
      }
    }
  });
  return () => {
    stop();
    root.removeEventListener("htmx:afterRequest", onRequest);
  };
}

/**
 * A record of what happens on a client, and why.
 * Invariant: the client behaves the same with it and without.
 */

import { identify } from "./canonical.js";
import { on, tell } from "./client.js";
import type { Client, MizanEvent, Reply, Request, Slice } from "./types.js";

/** `dropped`: something newer is shown; `stale`: shown, but an invalidation overtook it. */
export type Landing = "shown" | "stale" | "dropped" | "error";

/** What is recorded; `at` is in ms of Date.now(), `id` ties a reply to its request. */
export type RecordedEvent = { readonly at: number } & (
  | MizanEvent
  | {
      readonly type: "request";
      readonly id: number;
      readonly path: string;
      /** Why an instance is fetched; of a call the name of its function; `live` of a stream. */
      readonly reason: string;
      /** X-Mizan-Held. */
      readonly held: string | undefined;
    }
  | {
      readonly type: "reply";
      readonly id: number;
      readonly path: string;
      readonly ms: number;
      /** 0: no reply. */
      readonly status: number;
      readonly headers: Readonly<Record<string, string>>;
      /** What becomes of a read; absent for calls. */
      readonly landing: Landing | undefined;
    }
  /** Fresh data of a call, by the key of its instance. */
  | { readonly type: "fresh"; readonly id: number; readonly key: string; readonly used: boolean }
);

export interface Recorder {
  /** The latest events, the oldest first; the same array until there is another event. */
  readonly getEvents: () => readonly RecordedEvent[];
  readonly subscribe: (listener: () => void) => () => void;
  readonly clear: () => void;
  readonly stop: () => void;
}

type Unstamped<T> = T extends unknown ? Omit<T, "at"> : never;

/** Records up to `limit` events. */
export function record(
  client: Client,
  { limit = 200 }: { readonly limit?: number } = {},
): Recorder {
  let events: readonly RecordedEvent[] = [];
  let isOn = true;
  let last = 0;
  const listeners = new Set<() => void>();
  const add = (event: Unstamped<RecordedEvent>): void => {
    if (!isOn) return;
    events = [...events, { ...event, at: Date.now() } as RecordedEvent].slice(-limit);
    tell(listeners);
  };
  const next = client.exchange;
  client.exchange = async (request) => {
    const id = (last += 1);
    const { path } = request;
    const start = performance.now();
    const judge = watch(client, request);
    const held = request.headers?.["X-Mizan-Held"];
    add({ type: "request", id, path, reason: request.reason ?? nameOf(request), held });
    const reply = await next(request).catch((error: unknown) => error as Error);
    const ms = performance.now() - start;
    const landing = judge(reply);
    if (!("headers" in reply)) {
      add({ type: "reply", id, path, ms, status: 0, headers: {}, landing });
      throw reply;
    }
    const headers = Object.fromEntries(reply.headers);
    add({ type: "reply", id, path, ms, status: reply.error?.status ?? 200, headers, landing });
    for (const { key, isUsed } of slicesOf(client, reply)) {
      // When the call has been told.
      setTimeout(() => {
        add({ type: "fresh", id, key, used: isUsed() });
      });
    }
    return reply;
  };
  const end = on(client, add);
  return {
    getEvents: () => events,
    subscribe: (listener) => {
      listeners.add(listener);
      return () => {
        listeners.delete(listener);
      };
    },
    clear: () => {
      events = [];
      tell(listeners);
    },
    stop: () => {
      isOn = false;
      end();
    },
  };
}

function nameOf({ body, open }: Request): string {
  if (open) return "live";
  const text = body instanceof FormData ? body.get("call") : body;
  return typeof text === "string" ? (JSON.parse(text) as { function: string }).function : "call";
}

/** What will become of the reply to a read, by the rules of the store. */
function watch(client: Client, { path }: Request): (reply: Reply | Error) => Landing | undefined {
  const entry = client.instances.get(path.slice("ctx/".length));
  if (!entry) return () => undefined;
  const { generation, landed } = entry;
  return (reply) => {
    if (entry.landed !== landed) return "dropped";
    if (!("headers" in reply) || reply.error) return "error";
    return entry.generation === generation ? "shown" : "stale";
  };
}

function slicesOf(client: Client, { body }: Reply): { key: string; isUsed: () => boolean }[] {
  const { fresh = [] } = (body ?? {}) as { fresh?: readonly Slice[] };
  return fresh.map(({ context: name, params }) => {
    const { key } = identify({ name }, params);
    const entry = client.instances.get(key);
    const landed = entry?.landed;
    return { key, isUsed: () => entry !== undefined && entry.landed !== landed };
  });
}

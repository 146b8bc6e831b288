/**
 * One stream of events (SPEC.md, section 17).
 * Invariant: what cannot be read is `*`; a stream that is silent for too long is over.
 */

import { itemOfServer } from "./liveHeld.js";
import { readEvents, type SseEvent } from "./sse.js";
import type { Client, Target } from "./types.js";

/** What became stale. */
export interface News {
  /** What was told before it and with it. */
  readonly id?: string | undefined;
  readonly targets: readonly Target[];
  /** Over how many ms receivers are to spread their reads. */
  readonly spread: number;
  /** The call that did it. */
  readonly call: string;
}

/** How a stream ended. */
export interface End {
  /** Of a reply that is no stream; 0: no reply; undefined: the stream was cut off. */
  readonly status?: number;
  /** How long the server wants to be left alone, in ms. */
  readonly after?: number;
  /** What the server says. */
  readonly reason?: string;
}

export interface Listener {
  readonly onReady: (refused: readonly string[], id: string) => void;
  readonly onNews: (news: News) => void;
  /** Nothing became stale up to a position. */
  readonly onBeat: (id: string) => void;
  readonly onRetry: (ms: number) => void;
  readonly onEnd: (end: End) => void;
}

const LOOK_EVERY = 5_000;
const FIRST_SILENCE = 30_000;
const LONGEST_SPREAD = 10_000;
const DAY = 86_400_000;

/** Opens a stream that continues at `last`, if it is not empty; returns what closes it without another word. */
export function connect(
  client: Client,
  path: string,
  last: string,
  listener: Listener,
): () => void {
  const controller = new AbortController();
  const { signal } = controller;
  let seen = Date.now();
  let silence = FIRST_SILENCE;
  const close = (): void => {
    clearInterval(watchdog);
    controller.abort();
  };
  const end = (how: End): void => {
    if (signal.aborted) return;
    close();
    listener.onEnd(how);
  };
  // After a sleep it runs late, and sees that.
  const watchdog = setInterval(() => {
    if (Date.now() - seen > silence) end({});
  }, LOOK_EVERY);
  const take = (event: SseEvent): void => {
    if (signal.aborted) return;
    const { type, data, id, retry } = event;
    if (retry !== undefined) listener.onRetry(retry);
    if (type === "ready") {
      const { heartbeat, refused } = readyOf(data);
      silence = heartbeat * 2_500;
      listener.onReady(refused, id ?? "");
    } else if (type === "invalidate") listener.onNews({ ...newsOf(data), id });
    else if (type === "end") end({ reason: String(documentOf(data)["reason"]) });
    else if (id !== undefined) listener.onBeat(id);
  };
  const run = async (): Promise<End> => {
    const headers = { Accept: "text/event-stream", ...(last && { "Last-Event-ID": last }) };
    const reply = await client.exchange({ path, headers, signal, open: true });
    const { error, body, headers: got } = reply;
    if (error) return { status: error.status, after: waitOf(got.get("Retry-After")) };
    const isStream = got.get("Content-Type")?.startsWith("text/event-stream");
    // A proxy's page; or a browser that cannot read while it comes.
    if (!isStream || !body) return { status: 501 };
    await readEvents(body as ReadableStream<Uint8Array>, take, () => {
      seen = Date.now();
    });
    return {};
  };
  void run()
    .catch(() => ({ status: 0 }))
    .then(end);
  return close;
}

function documentOf(data = ""): Record<string, unknown> {
  try {
    return { ...(JSON.parse(data) as object) };
  } catch {
    return {};
  }
}

function readyOf(data?: string): { heartbeat: number; refused: string[] } {
  const { heartbeat, refused } = documentOf(data);
  const items = Array.isArray(refused) ? refused : [];
  return {
    heartbeat: typeof heartbeat === "number" && heartbeat > 0 ? heartbeat : 15,
    refused: items.filter(isPart).map(itemOfServer),
  };
}

function isPart(value: unknown): value is { context: string } {
  return typeof (value as { context?: unknown } | null)?.context === "string";
}

function newsOf(data?: string): News {
  const { targets, spread, call } = documentOf(data);
  const isRead =
    Array.isArray(targets) && targets.every((each) => typeof each === "string" || isPart(each));
  return {
    targets: isRead ? targets : ["*"],
    spread: typeof spread === "number" ? Math.min(Math.max(spread, 0), LONGEST_SPREAD) : 0,
    call: typeof call === "string" ? call : "",
  };
}

/** Retry-After in ms: seconds, or a date. */
function waitOf(field: string | null): number {
  const ms = /^\d+$/.test(field ?? "")
    ? Number(field) * 1000
    : Date.parse(field ?? "") - Date.now();
  return ms > 0 ? Math.min(ms, DAY) : 0; // a longer timer would fire at once
}

/** A page that is live, on a network under manual control: streams, reads, calls, time. */

import { afterEach, beforeEach, vi } from "vitest";
import { createClient, registerContext } from "../src/index.js";
import type { Client, ClientOptions, Feature, Instance } from "../src/index.js";
import { live } from "../src/live.js";
import { network, settled, type Network } from "./fake.js";

/** A request for a stream. */
export interface Stream {
  readonly url: string;
  readonly headers: Headers;
  /** The fields of the subscription. */
  readonly held: string[];
  readonly isOpen: () => boolean;
  /** Begins the stream, with the event `ready`. */
  readonly ready: (id?: string, more?: object) => Promise<void>;
  readonly send: (type: string, data: object, id?: string) => Promise<void>;
  readonly beat: (id: string) => Promise<void>;
  /** Begins the stream, and sends text as it is. */
  readonly raw: (text: string, type?: string) => Promise<void>;
  /** Answers otherwise. */
  readonly refuse: (status: number, headers?: Record<string, string>) => Promise<void>;
  /** The stream ends. */
  readonly end: () => Promise<void>;
  /** The connection is cut. */
  readonly cut: () => Promise<void>;
}

/** A network whose streams are under manual control. */
export function liveNetwork(): Network & { readonly streams: Stream[] } {
  const net = network();
  const streams: Stream[] = [];
  const fetch = (url: string, init: RequestInit): Promise<Response> =>
    url.includes("events/")
      ? new Promise((resolve, reject) => {
          streams.push(streamOf(url, init, resolve, reject));
        })
      : net.fetch(url, init);
  return { ...net, fetch, streams };
}

function streamOf(
  url: string,
  init: RequestInit,
  resolve: (response: Response) => void,
  reject: (error: Error) => void,
): Stream {
  let body!: ReadableStreamDefaultController<Uint8Array>;
  let isOpen = true;
  let isBegun = false;
  const fail = (error: Error): void => {
    if (!isOpen) return;
    isOpen = false;
    reject(error);
    body.error(error);
  };
  const readable = new ReadableStream<Uint8Array>({
    start: (controller) => {
      body = controller;
    },
    cancel: () => {
      isOpen = false;
    },
  });
  init.signal?.addEventListener("abort", () => {
    fail(init.signal?.reason as Error);
  });
  const raw = (text: string, type = "text/event-stream; charset=utf-8"): Promise<void> => {
    if (!isBegun) resolve(new Response(readable, { headers: { "Content-Type": type } }));
    isBegun = true;
    body.enqueue(new TextEncoder().encode(text));
    return settled();
  };
  const send = (type: string, data: object, id?: string): Promise<void> =>
    raw(`event: ${type}\n${id ? `id: ${id}\n` : ""}data: ${JSON.stringify(data)}\n\n`);
  return {
    url,
    headers: new Headers(init.headers),
    held: new URL(url, "http://x").searchParams.getAll("held"),
    isOpen: () => isOpen,
    ready: (id = "e.1", more = {}) => send("ready", { heartbeat: 15, refused: [], ...more }, id),
    send,
    beat: (id) => raw(`id: ${id}\n\n`),
    raw,
    refuse: (status, headers = {}) => {
      resolve(Response.json({ code: "x" }, { status, headers }));
      isOpen = false;
      return settled();
    },
    end: () => {
      isOpen = false;
      body.close();
      return settled();
    },
    cut: () => {
      fail(new TypeError("network error"));
      return settled();
    },
  };
}

export interface LivePage {
  readonly net: ReturnType<typeof liveNetwork>;
  readonly client: Client;
  readonly user: (user_id: number) => Instance;
  /** Shows an instance whose data is there, and has this position. */
  readonly show: (user_id: number, position?: string) => Promise<() => void>;
  /** The stream that was opened last. */
  readonly stream: () => Stream;
  /** What is being read, by user. */
  readonly reading: () => string[];
}

let page = new EventTarget();

/** An event of the window. */
export function happen(type: string): void {
  page.dispatchEvent(new Event(type));
}

/** What there is of a browser. */
export function browser(more: Record<string, unknown> = {}): void {
  vi.useFakeTimers({
    toFake: ["setTimeout", "clearTimeout", "setInterval", "clearInterval", "Date"],
  });
  vi.spyOn(Math, "random").mockReturnValue(0.5);
  page = new EventTarget();
  vi.stubGlobal("addEventListener", page.addEventListener.bind(page));
  vi.stubGlobal("document", { hidden: false });
  vi.stubGlobal("navigator", {});
  for (const [name, value] of Object.entries(more)) vi.stubGlobal(name, value);
}

/** Gives each test of a file what there is of a browser; the page is left at its end. */
export function inBrowser(): void {
  beforeEach(() => {
    browser();
  });
  afterEach(() => {
    happen("pagehide");
    vi.useRealTimers();
    vi.unstubAllGlobals();
    vi.restoreAllMocks();
  });
}

/** Lets time pass, and what it leads to happen. */
export async function pass(ms: number): Promise<void> {
  await vi.advanceTimersByTimeAsync(ms);
  await settled();
}

export function livePage(options: Partial<ClientOptions> = {}, ...features: Feature[]): LivePage {
  const net = liveNetwork();
  const client = createClient(
    { baseUrl: "/api/", fetch: net.fetch, timeout: 0, live: true, ...options },
    live,
    ...features,
  );
  const user = (user_id: number): Instance =>
    registerContext(client, { name: "user" }, { user_id });
  return {
    net,
    client,
    user,
    show: async (user_id, position) => {
      const stop = user(user_id).subscribe(() => undefined);
      await settled();
      await net
        .last()
        .reply({ user_id }, { headers: position ? { "X-Mizan-Event": position } : {} });
      return stop;
    },
    stream: () => {
      const latest = net.streams.at(-1);
      if (!latest) throw new Error("No stream was asked for.");
      return latest;
    },
    reading: () =>
      [...client.instances.values()].filter(({ flight }) => flight).map(({ key }) => key),
  };
}

/** What an event says of user 5. */
export const FIVE = { targets: [{ context: "user", params: { user_id: 5 } }], spread: 0 };

/** A page with user 5 on the screen, and a stream that tells of it. */
export async function followed(
  options: Partial<ClientOptions> = {},
): Promise<LivePage & { readonly stop: () => void }> {
  const page = livePage(options);
  const stop = await page.show(5, "e.1");
  await pass(100);
  await page.stream().ready("e.1");
  return { ...page, stop };
}

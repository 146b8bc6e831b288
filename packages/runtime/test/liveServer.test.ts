/** A live page and a server of Node's: real sockets, real time. */

import { createServer, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { createClient, mizanCall, registerContext } from "../src/index.js";
import { live } from "../src/live.js";

/** A server of one value, `ctx/value/`, which keeps all events. */
class Shop {
  value = 0;
  hasEvents = true;
  /** The last positions of those who subscribed, and what they hold. */
  readonly subscribed: (readonly [last: string | undefined, held: string[]])[] = [];
  readonly streams = new Set<ServerResponse>();
  readonly reads: string[] = [];
  readonly #events: string[] = [];
  readonly #server: Server;

  constructor() {
    this.#server = createServer((request, response) => {
      const url = new URL(request.url ?? "", "http://x");
      const { "last-event-id": last, "x-mizan-call": call } = request.headers;
      if (url.pathname === "/ctx/value/") {
        this.reads.push(url.pathname);
        const headers = { "Content-Type": "application/json", "X-Mizan-Event": this.#position };
        response.writeHead(200, headers).end(JSON.stringify(this.value));
      } else if (url.pathname === "/call/") {
        this.change(String(call));
        response.writeHead(200).end(JSON.stringify({ result: 1, invalidate: ["value"] }));
      } else if (this.hasEvents) {
        this.subscribed.push([last?.toString(), url.searchParams.getAll("held")]);
        this.#begin(response, Number(last?.toString().split(".")[1] ?? this.#events.length));
      } else response.writeHead(404).end('{"code":"not_found"}');
    });
  }

  async listen(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, "127.0.0.1", resolve));
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/`;
  }

  change(call = ""): void {
    this.value += 1;
    const data = JSON.stringify({ targets: ["value"], spread: 0, ...(call && { call }) });
    const text = `event: invalidate\r\nid: e.${this.#events.length + 1}\r\ndata: ${data}\r\n\r\n`;
    this.#events.push(text);
    for (const stream of this.streams) stream.write(text);
  }

  /** As a proxy does that has waited long enough. */
  cut(): void {
    for (const stream of this.streams) stream.destroy();
  }

  close(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }

  get #position(): string {
    return `e.${this.#events.length}`;
  }

  #begin(response: ServerResponse, from: number): void {
    response.writeHead(200, { "Content-Type": "text/event-stream", "Cache-Control": "no-store" });
    const missed = this.#events.slice(from).join("");
    const ready = `retry: 500\nevent: ready\ndata: {"heartbeat":15,"refused":[]}\n\n`;
    // Networks cut where they like.
    for (const byte of Buffer.from(ready + missed)) response.write(Buffer.from([byte]));
    this.streams.add(response);
    response.on("close", () => this.streams.delete(response));
  }
}

let shop: Shop;
let window: EventTarget;

beforeEach(() => {
  shop = new Shop();
  window = new EventTarget();
  vi.stubGlobal("document", {});
  vi.stubGlobal("addEventListener", window.addEventListener.bind(window));
});

afterEach(() => {
  window.dispatchEvent(new Event("pagehide"));
  shop.close();
  vi.unstubAllGlobals();
});

async function page(options = {}) {
  const client = createClient({ baseUrl: await shop.listen(), live: true, ...options }, live);
  const value = registerContext(client, { name: "value" }, {});
  value.subscribe(() => undefined);
  const shows = (expected: number): Promise<void> =>
    vi.waitFor(
      () => {
        expect(value.getSnapshot()).toMatchObject({ data: expected, stale: false });
      },
      { timeout: 30_000, interval: 20 },
    );
  await shows(0);
  return { client, shows };
}

it("a page shows what others change, over cuts, with one read each", async () => {
  const { client, shows } = await page();
  await vi.waitFor(() => {
    expect(shop.subscribed).toEqual([["e.0", ["value"]]]);
  });
  shop.change();
  await shows(1);
  shop.cut();
  shop.change();
  await shows(2);
  expect(shop.subscribed).toEqual([
    ["e.0", ["value"]],
    ["e.1", ["value"]],
  ]);
  expect(shop.reads).toHaveLength(3);
  await mizanCall(client, "change", {});
  await shows(3);
  expect(shop.reads).toHaveLength(4);
});

it("a page of a server without events polls", async () => {
  shop.hasEvents = false;
  const { shows } = await page({ live: { poll: 50 } });
  shop.change();
  await shows(1);
});

/**
 * The bytes between browsers and a shop, as a proxy in front of it sees them.
 * Invariant: whatever the server sends to who asks by this address is kept, to the byte.
 */

import { once } from "node:events";
import { connect, createServer, type AddressInfo, type Server, type Socket } from "node:net";
import { ENDPOINTS } from "./traffic.js";

const ASKS_FOR_EVENTS = `GET ${ENDPOINTS}events/`;
/** How a reply ends whose length was not known when it began. */
const LAST_CHUNK = "0\r\n\r\n";

/** An address of its own for a shop. */
export class Wire {
  private readonly sockets = new Set<Socket>();
  private readonly open = new Set<Socket>();
  private isCut = false;
  private bytes = "";
  private latest = "";

  private constructor(
    private readonly server: Server,
    private readonly port: number,
  ) {
    server.on("connection", (browser) => {
      this.join(browser);
    });
  }

  /** Begins to pass on what is sent, to the shop with this address and back. */
  static async to(shop: string): Promise<Wire> {
    const server = createServer().listen(0, "127.0.0.1");
    await once(server, "listening");
    return new Wire(server, Number(new URL(shop).port));
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** All that was received, headers too. */
  get received(): string {
    return this.bytes;
  }

  /** How many streams of events are open. */
  get streams(): number {
    return this.open.size;
  }

  /** What was sent last to ask for a stream. */
  get asked(): string {
    return this.latest;
  }

  /** The documents of the events that were received, of all streams. */
  get events(): unknown[] {
    const found = this.bytes.matchAll(/^event: invalidate\nid: .*\ndata: (.*)\n/gm);
    return [...found].map(([, data]) => JSON.parse(data ?? "") as unknown);
  }

  /** Ends every connection, and refuses further ones until it is mended. */
  cut(): void {
    this.isCut = true;
    for (const socket of this.sockets) socket.destroy();
  }

  mend(): void {
    this.isCut = false;
  }

  close(): void {
    this.cut();
    this.server.close();
  }

  private join(browser: Socket): void {
    if (this.isCut) {
      browser.destroy();
      return;
    }
    const server = connect(this.port, "127.0.0.1");
    browser.on("data", (data) => {
      const isAsking = data.toString("latin1").startsWith(ASKS_FOR_EVENTS);
      this.open[isAsking ? "add" : "delete"](browser);
      if (isAsking) this.latest = data.toString("latin1");
      server.write(data);
    });
    server.on("data", (data) => {
      const text = data.toString();
      this.bytes += text;
      if (text.endsWith(LAST_CHUNK)) this.open.delete(browser);
      browser.write(data);
    });
    for (const [one, other] of [
      [browser, server],
      [server, browser],
    ] as const) {
      this.sockets.add(one);
      // What is cut in passing is no news here.
      one.on("error", () => one.destroy());
      one.on("close", () => {
        this.sockets.delete(one);
        this.open.delete(one);
        other.destroy();
      });
    }
  }
}

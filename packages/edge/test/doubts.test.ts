/** Mutations whose reply is late, or never comes, and those that never came whole. */

import { createServer as createHttp, type IncomingMessage, type ServerResponse } from "node:http";
import { connect, createServer, type AddressInfo, type Server, type Socket } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { createEdge, MemoryStore, type EdgeOptions, type Names } from "../src/index.js";
import { originFetch, toListener } from "../src/node.js";
import { answer, before, done, MANIFEST, status, STOCK, urlOf } from "./site.js";

const SHARED = { "Cache-Control": "public, s-maxage=60" };
const long = 3600; // seconds that no test lasts

/** An origin whose calls are answered as a test says. */
function site(call: () => Promise<Response>, options: Partial<EdgeOptions>) {
  return before(({ method }) => (method === "GET" ? answer(STOCK, "{}") : call()), options);
}

describe("a mutation", () => {
  it("that takes too long purges once it is done, whatever was kept since", async () => {
    let end: (reply: Response) => void = () => undefined;
    const reply = new Promise<Response>((resolve) => (end = resolve));
    const { get, send } = site(() => reply, { timeout: 0.02, inFlight: long });
    await get(urlOf(STOCK));
    expect((await send("POST", "/mizan/call/", { body: "{}" })).status).toBe(504);
    expect(status(await get(urlOf(STOCK)))).toContain("stored"); // nobody knows what it did
    expect(status(await get(urlOf(STOCK)))).toContain("hit");
    end(done(["stock"]));
    await expect.poll(async () => status(await get(urlOf(STOCK)))).toContain("stored");
  });

  it("whose reply is lost may commit after that: everything goes once more", async () => {
    const lost = (): Promise<Response> => Promise.reject(new Error("lost"));
    const { get, send } = site(lost, { inFlight: 0.2 });
    await get(urlOf(STOCK));
    expect((await send("POST", "/mizan/call/")).status).toBe(502);
    expect(status(await get(urlOf(STOCK)))).toContain("stored");
    expect(status(await get(urlOf(STOCK)))).toContain("hit");
    await expect.poll(async () => status(await get(urlOf(STOCK)))).toContain("stored");
  });

  it("that breaks off again and again does not empty the cache each time", async () => {
    const purges: Names[] = [];
    const store = new MemoryStore();
    const purge = store.purge.bind(store);
    store.purge = (names) => {
      purges.push(names);
      purge(names);
    };
    const { send } = before(() => done([]), {
      store,
      inFlight: 0.2,
      // As a platform's, which fails where the body does.
      fetch: async (request) => {
        await request.arrayBuffer();
        return done([]);
      },
    });
    const broken = (): ReadableStream<Uint8Array> => {
      const chunks = [new Uint8Array(70_000)];
      return new ReadableStream({
        pull(controller) {
          const chunk = chunks.pop();
          if (chunk === undefined) controller.error(new Error("gone"));
          else controller.enqueue(chunk);
        },
      });
    };
    for (let turn = 0; turn < 20; turn += 1) {
      const init = { body: broken(), duplex: "half" } as const;
      expect((await send("POST", "/mizan/call/", init)).status).toBe(502);
    }
    expect(purges).toEqual([null]); // of the start
    await expect.poll(() => purges.length).toBeGreaterThan(1);
    expect(purges.length).toBeLessThan(4);
  });
});

describe("on Node", () => {
  const servers: Server[] = [];
  const sockets = new Set<Socket>();

  afterEach(() => {
    for (const socket of sockets) socket.destroy();
    for (const server of servers.splice(0)) server.close();
  });

  async function listen(server: Server): Promise<number> {
    servers.push(server);
    server.on("connection", (socket: Socket) => sockets.add(socket));
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return (server.address() as AddressInfo).port;
  }

  async function edgeOf(origin: Server, options: Partial<EdgeOptions>): Promise<number> {
    const url = `http://127.0.0.1:${await listen(origin)}`;
    const edge = createEdge({ manifest: MANIFEST, origin: url, fetch: originFetch(), ...options });
    return listen(createHttp(toListener(edge)));
  }

  const said = async (port: number, path: string): Promise<string> =>
    (await fetch(`http://127.0.0.1:${port}${path}`)).headers.get("Cache-Status") ?? "";

  /** Sends pieces of a request, the later ones after the time that the origin has. */
  async function dribble(port: number, pieces: readonly string[]): Promise<string> {
    const socket = connect(port, "127.0.0.1");
    let reply = "";
    socket.on("data", (chunk) => (reply += chunk.toString("latin1")));
    for (const piece of pieces) {
      socket.write(piece);
      await new Promise((resolve) => setTimeout(resolve, 120));
    }
    await expect.poll(() => reply).toContain("HTTP/1.1");
    socket.destroy();
    return reply;
  }

  const head = (length: number): string =>
    `POST /b HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: ${length}\r\n\r\n`;

  it.each([3, 200_000])("a body of %i bytes may take longer than the origin", async (size) => {
    const whole = (asked: IncomingMessage, reply: ServerResponse): void => {
      asked.resume().on("end", () => reply.writeHead(200, SHARED).end("{}"));
    };
    const port = await edgeOf(createHttp(whole), { timeout: 0.05, inFlight: 0 });
    await said(port, "/a");
    const third = "x".repeat(Math.ceil(size / 3));
    const pieces = [head(third.length * 3) + third, third, third];
    expect(await dribble(port, pieces)).toContain("HTTP/1.1 200");
    expect(await said(port, "/a")).toContain("hit");
  });

  it("an origin that does not read has no longer than it is given", async () => {
    const port = await edgeOf(
      createHttp(() => undefined),
      { timeout: 0.05, inFlight: long },
    );
    const init = { method: "POST", body: "x".repeat(20_000_000) };
    expect((await fetch(`http://127.0.0.1:${port}/b`, init)).status).toBe(504);
  });

  /** An origin that begins with what it got, as WSGI servers do. */
  function hasty(onEnd: (socket: Socket) => void): Server {
    return createServer({ allowHalfOpen: true }, (socket) => {
      let head = "";
      socket.on("error", () => undefined);
      socket.on("data", (chunk) => {
        const isBegun = head !== "";
        head += chunk.toString("latin1");
        if (isBegun || !head.startsWith("GET")) return;
        const tags = head.includes("/stock/") ? 'Cache-Groups: "stock"\r\n' : "";
        const fields = `Cache-Control: public, s-maxage=60\r\n${tags}Connection: close\r\n`;
        socket.end(`HTTP/1.1 200 OK\r\n${fields}Content-Length: 2\r\n\r\n{}`);
      });
      socket.on("end", () => {
        if (head.startsWith("POST")) onEnd(socket);
      });
    });
  }

  async function breakOff(port: number): Promise<void> {
    const socket = connect(port, "127.0.0.1");
    await new Promise<void>((resolve) => {
      socket.write(head(200_000) + "x".repeat(100_000), () => {
        resolve();
      });
    });
    await new Promise((resolve) => setTimeout(resolve, 50)); // until the edge has passed it on
    socket.destroy();
  }

  it("a mutation that breaks off purges by the reply that still comes, and no more", async () => {
    const reply = "HTTP/1.1 200 OK\r\nX-Mizan-Invalidate: stock\r\nContent-Length: 2\r\n\r\n{}";
    const port = await edgeOf(
      hasty((socket) => socket.end(reply)),
      { inFlight: 0 },
    );
    for (const path of [urlOf(STOCK), "/other"]) expect(await said(port, path)).toContain("stored");
    await breakOff(port);
    await expect.poll(() => said(port, urlOf(STOCK))).toContain("stored");
    expect(await said(port, "/other")).toContain("hit");
  });

  it("a mutation that breaks off and gets no reply purges everything a while later", async () => {
    const port = await edgeOf(
      hasty((socket) => socket.destroy()),
      { inFlight: 0.1 },
    );
    expect(await said(port, "/other")).toContain("stored");
    await breakOff(port);
    await expect.poll(() => said(port, "/other")).toContain("stored");
  });
});

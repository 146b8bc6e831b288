/** On Node's http, with real sockets on both sides. */

import { createServer, type RequestListener, type Server } from "node:http";
import { connect, type AddressInfo } from "node:net";
import { gzipSync } from "node:zlib";
import { afterEach, describe, expect, it, vi } from "vitest";
import { createEdge, NotSent, type EdgeOptions } from "../src/index.js";
import { originFetch, toListener } from "../src/node.js";
import { MANIFEST } from "./site.js";

const servers: Server[] = [];

afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

async function listen(listener: RequestListener): Promise<number> {
  const server = createServer(listener);
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return (server.address() as AddressInfo).port;
}

/** An origin and an edge before it; the edge's URL. */
async function site(origin: RequestListener, options: Partial<EdgeOptions> = {}): Promise<string> {
  const url = `http://127.0.0.1:${await listen(origin)}`;
  return before(url, options);
}

async function before(origin: string, options: Partial<EdgeOptions> = {}): Promise<string> {
  const edge = createEdge({ manifest: MANIFEST, origin, fetch: originFetch(), ...options });
  return `http://127.0.0.1:${await listen(toListener(edge))}`;
}

/** What comes for bytes, until the connection ends. */
function raw(url: string, bytes: string): Promise<string> {
  return new Promise((resolve) => {
    let answer = "";
    const socket = connect(Number(new URL(url).port), "127.0.0.1", () => socket.write(bytes));
    socket.on("data", (chunk) => (answer += chunk.toString("latin1")));
    socket.on("error", () => undefined);
    socket.on("close", () => {
      resolve(answer);
    });
  });
}

const request = (...lines: string[]): string =>
  [...lines, "Host: shop.example", "Connection: close", "", ""].join("\r\n");

describe("on Node", () => {
  it("bytes pass as they are encoded, kept or not", async () => {
    const body = gzipSync("whole ".repeat(1000));
    const headers = { "Cache-Control": "public, s-maxage=60", "Content-Encoding": "gzip" };
    const edge = await site((_, reply) => reply.writeHead(200, headers).end(body));
    for (const said of ["fwd=uri-miss", "hit"]) {
      const answer = await raw(edge, request("GET /a HTTP/1.1"));
      expect(answer).toContain(said);
      expect(answer.slice(answer.indexOf("\r\n\r\n") + 4)).toBe(body.toString("latin1"));
    }
  });

  it("who asks is who is at the other end, and the host is the client's", async () => {
    const edge = await site((asked, reply) => {
      const { host, "x-forwarded-for": client, "x-real-ip": real } = asked.headers;
      reply.end(JSON.stringify({ host, client, real, url: asked.url }));
    });
    const lines = [
      "GET http://evil.example/a//b HTTP/1.1",
      "X-Forwarded-For: 1.2.3.4",
      "X-Real-IP: 1.2.3.4",
    ];
    expect(await raw(edge, request(...lines))).toContain(
      '{"host":"shop.example","client":"127.0.0.1","url":"/a/b"}',
    );
  });

  it("behind a server that says for whom it asks, that is believed", async () => {
    const origin = await listen(({ headers }, reply) => reply.end(headers["x-forwarded-for"]));
    const fetch = originFetch();
    const edge = createEdge({ manifest: MANIFEST, origin: `http://127.0.0.1:${origin}`, fetch });
    const url = `http://127.0.0.1:${await listen(toListener(edge, true))}`;
    const answer = await raw(url, request("GET /a HTTP/1.1", "X-Forwarded-For: 1.2.3.4"));
    expect(answer).toContain("\r\n\r\n1.2.3.4, 127.0.0.1");
  });

  it("a large body streams in both directions", async () => {
    const edge = await site((asked, reply) => asked.pipe(reply));
    const body = "x".repeat(3_000_000);
    expect(await (await fetch(`${edge}/upload/`, { method: "POST", body })).text()).toBe(body);
  });

  it("a reply may come before all of a body was sent", async () => {
    const edge = await site((_, reply) => reply.writeHead(413).end("too large"));
    const body = new ReadableStream<Uint8Array>({
      start(controller) {
        controller.enqueue(new Uint8Array(70_000)); // and never ends
      },
    });
    const init = { method: "POST", body, duplex: "half" } as const;
    const reply = await fetch(`${edge}/upload/`, init);
    expect([reply.status, await reply.text()]).toEqual([413, "too large"]);
  });

  it("a body begins to come before it is whole, unbuffered", async () => {
    let end = (): void => undefined;
    const edge = await site((_, reply) => {
      reply.writeHead(200, { "Content-Type": "text/event-stream", "Cache-Control": "no-store" });
      reply.write("id: 1\n\n");
      end = () => reply.end("id: 2\n\n");
    });
    const reader = (await fetch(`${edge}/mizan/events/`)).body?.getReader();
    const first = await reader?.read();
    expect(new TextDecoder().decode(first?.value)).toBe("id: 1\n\n");
    end();
    expect(new TextDecoder().decode((await reader?.read())?.value)).toBe("id: 2\n\n");
  });

  it("who leaves a stream ends it at the origin", async () => {
    const closed = vi.fn();
    const edge = await site((_, reply) => {
      reply.on("close", closed).writeHead(200, { "Cache-Control": "no-store" }).write("a");
    });
    const gone = new AbortController();
    const reply = await fetch(`${edge}/mizan/events/`, { signal: gone.signal });
    await reply.body?.getReader().read();
    gone.abort();
    await vi.waitFor(() => {
      expect(closed).toHaveBeenCalled();
    });
  });

  it("a mutation whose client leaves before its reply still purges", async () => {
    let answer = (): void => undefined;
    let reads = 0;
    const edge = await site((asked, reply) => {
      if (asked.method === "POST") {
        asked.resume();
        answer = () => reply.writeHead(200, { "X-Mizan-Invalidate": "stock" }).end("{}");
        return;
      }
      reads += 1;
      const headers = { "Cache-Control": "public, s-maxage=60", "Cache-Groups": '"stock"' };
      reply.writeHead(200, headers).end(String(reads));
    });
    const url = `${edge}/mizan/ctx/stock/`;
    expect(await (await fetch(url)).text()).toBe("1");
    const gone = new AbortController();
    const call = fetch(`${edge}/mizan/call/`, { method: "POST", body: "{}", signal: gone.signal });
    await vi.waitFor(() => {
      answer();
      expect(answer.toString()).toContain("writeHead");
    });
    answer = () => undefined;
    gone.abort();
    await call.catch(() => undefined);
    await vi.waitFor(async () => {
      expect(await (await fetch(url)).text()).toBe("2");
    });
  });

  it("a short request that never came whole is not sent, and purges nothing", async () => {
    const seen: unknown[] = [];
    const edge = await site((asked, reply) => {
      seen.push(asked.method);
      const headers = { "Cache-Control": "public, s-maxage=60" };
      if (asked.method === "GET") reply.writeHead(200, headers).end("{}");
      else asked.resume();
    });
    await fetch(`${edge}/a`);
    const socket = connect(Number(new URL(edge).port), "127.0.0.1");
    const head = "POST /b HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nhalf";
    await new Promise<void>((resolve) =>
      socket.write(head, () => {
        resolve();
      }),
    );
    socket.destroy();
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect((await fetch(`${edge}/a`)).headers.get("Cache-Status")).toContain("hit");
    expect(seen).toEqual(["GET"]);
  });

  it("a reply that breaks off is none, and is not kept", async () => {
    let isWhole = false;
    const edge = await site((_, reply) => {
      const headers = { "Cache-Control": "public, s-maxage=60", "Content-Length": "5" };
      reply.writeHead(200, headers).write("who", () => {
        if (!isWhole) reply.destroy();
      });
      if (isWhole) reply.end("le");
    });
    expect((await fetch(`${edge}/a`)).status).toBe(502);
    isWhole = true;
    expect(await (await fetch(`${edge}/a`)).text()).toBe("whole");
  });

  it("without an origin: 502, and nothing is dropped", async () => {
    const port = await listen(() => undefined);
    servers.splice(0).forEach((server) => server.close());
    const edge = await before(`http://127.0.0.1:${port}`);
    for (const method of ["GET", "POST"]) {
      const reply = await fetch(`${edge}/a`, { method });
      expect([reply.status, await reply.json()]).toMatchObject([502, { code: "unavailable" }]);
    }
    const asked = originFetch()(new Request(`http://127.0.0.1:${port}/a`));
    await expect(asked).rejects.toBeInstanceOf(NotSent);
  });

  it("a connection that was kept and then closed is tried once more", async () => {
    const origin = await listen((asked, reply) => {
      reply.end("{}", () => {
        // Closed a moment after it was handed back, as servers do whose time is up.
        setTimeout(() => asked.socket.destroy(), 1);
      });
    });
    const ask = originFetch();
    for (let turn = 0; turn < 20; turn += 1) {
      const reply = await ask(new Request(`http://127.0.0.1:${origin}/a`));
      expect(await reply.text()).toBe("{}");
    }
  });

  it.each([
    ["two lengths", "Content-Length: 4\r\nContent-Length: 5"],
    ["a length and chunks", "Content-Length: 4\r\nTransfer-Encoding: chunked"],
    ["chunks that are spelled oddly", "Transfer-Encoding: xchunked"],
    ["a length that is none", "Content-Length: +4"],
    ["a field that is folded", "X-A: a\r\n b: c"],
    ["a space before the colon", "Content-Length : 4"],
  ])("%s: nothing of it reaches the origin but one request", async (_, fields) => {
    const seen: string[] = [];
    const edge = await site((asked, reply) => {
      seen.push(`${asked.method} ${asked.url}`);
      asked.resume();
      reply.end("{}");
    });
    const smuggled = "GET /smuggled HTTP/1.1\r\nHost: x\r\n\r\n";
    const head = `POST /a HTTP/1.1\r\nHost: x\r\nConnection: close\r\n${fields}\r\n\r\n`;
    await raw(edge, `${head}0\r\n\r\n${smuggled}`);
    expect(seen.filter((each) => each.includes("smuggled"))).toEqual([]);
    expect(seen.length).toBeLessThanOrEqual(1);
  });

  it("a body of a GET stays with the edge", async () => {
    const seen: (string | undefined)[] = [];
    const edge = await site((asked, reply) => {
      seen.push(asked.headers["content-length"]);
      reply.end("{}");
    });
    await raw(edge, `${request("GET /a HTTP/1.1", "Content-Length: 4")}abcd`);
    expect(seen).toEqual([undefined]);
  });
});

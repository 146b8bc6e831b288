import { createServer, type Server } from "node:http";
import { connect, type AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { client, createHandler, type RequestHandler } from "../src/index.js";
import { toNodeListener } from "../src/node.js";
import { args, integer, serve, shop, text } from "./shop.js";

const seen: Request[] = [];
const aborted = vi.fn();

const large = client(
  { name: "large", route: "/large/", methods: ["GET"] },
  () => new Response("x".repeat(4_000_000)),
);
const endless = client(
  { name: "endless", route: "/endless/", methods: ["GET"] },
  (_, { request }) => {
    request.signal.addEventListener("abort", aborted);
    return new Response(
      new ReadableStream({
        pull(controller) {
          controller.enqueue(new Uint8Array(65_536));
        },
        cancel: aborted,
      }),
    );
  },
);
const broken = client(
  { name: "broken", route: "/broken/", methods: ["GET"] },
  () =>
    new Response(
      new ReadableStream({
        pull() {
          throw new Error("gone");
        },
      }),
    ),
);
const cookies = client({ name: "cookies" }, (_, { headers }) => {
  headers.append("Set-Cookie", "a=1");
  headers.append("Set-Cookie", "b=2");
});
const empty = client(
  { name: "empty", route: "/empty/", methods: ["GET"], input: args({ status: integer }) },
  ({ status }: { status: number }) => new Response(null, { status, statusText: "So" }),
);
const echo = client(
  { name: "echo", route: "/echo/", input: args({ q: text }) },
  async (_, { request }) => {
    seen.push(request);
    return new Response(await request.text());
  },
);

const functions = [
  ...Object.values(shop().functions),
  large,
  endless,
  broken,
  cookies,
  empty,
  echo,
];
const { app } = serve({ functions, bodyLimit: 10_000 });
let server: Server;
let port: number;

beforeAll(async () => {
  server = createServer(toNodeListener(createHandler(app)));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  ({ port } = server.address() as AddressInfo);
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

const url = (path: string): string => `http://127.0.0.1:${port}${path}`;

/** What comes for bytes, until the server closes the connection. */
function raw(bytes: string | Uint8Array): Promise<string> {
  return new Promise((resolve) => {
    let answer = "";
    const socket = connect(port, "127.0.0.1", () => socket.write(bytes));
    socket.on("data", (chunk) => (answer += chunk.toString("latin1")));
    socket.on("error", () => undefined);
    socket.on("close", () => {
      resolve(answer);
    });
  });
}

function lines(...given: string[]): Promise<string> {
  return raw([...given, "Host: x", "Connection: close", "", ""].join("\r\n"));
}

describe("on Node", () => {
  it("reads and calls go through", async () => {
    const read = await fetch(url("/mizan/ctx/stock/"));
    expect([read.status, await read.text()]).toEqual([200, '{"pieces":3}']);
    const init = { method: "POST", body: '{"function":"cookies"}' };
    const headers = { "Content-Type": "application/json" };
    const reply = await fetch(url("/mizan/call/"), { ...init, headers });
    expect(await reply.json()).toEqual({ result: null });
    expect(reply.headers.getSetCookie()).toEqual(["a=1", "b=2"]);
  });

  it("a large reply arrives whole", async () => {
    expect(await (await fetch(url("/large/"))).text()).toHaveLength(4_000_000);
  });

  it("replies without a body end", async () => {
    expect(await lines("GET /empty/?status=204 HTTP/1.1")).toMatch(/^HTTP\/1.1 204 So\r\n/);
    const none = await lines("GET /empty/?status=200 HTTP/1.1");
    expect(none).toMatch(/content-length: 0\r\n/);
    const head = await lines("HEAD /mizan/ctx/stock/ HTTP/1.1");
    expect(head).toMatch(/^HTTP\/1.1 200 OK\r\n[^]*Content-Length: 12\r\n[^]*\r\n\r\n$/i);
  });

  it("a client that goes away ends what is sent, and the request's signal", async () => {
    const gone = new AbortController();
    const response = await fetch(url("/endless/"), { signal: gone.signal });
    await response.body?.getReader().read();
    gone.abort();
    await vi.waitFor(() => {
      expect(aborted.mock.calls.length).toBeGreaterThan(1);
    });
  });

  it("a body that fails ends the connection", async () => {
    const failed = fetch(url("/broken/")).then((response) => response.text());
    await expect(failed).rejects.toThrow();
    expect((await fetch(url("/mizan/ctx/stock/"))).status).toBe(200);
  });

  it.each([
    ["POST", "/mizan/call/", "Content-Length: 3000000\r\n\r\n", 413],
    ["POST", "/mizan/call/", "Transfer-Encoding: chunked\r\n\r\n2DC6C0\r\n", 413],
    ["PUT", "/mizan/call/", "Content-Length: 3000000\r\n\r\n", 405],
    ["GET", "/mizan/ctx/stock/", "Content-Length: 3000000\r\n\r\n", 200],
  ])("what nobody reads may come to its end: %s %s %j", async (method, path, head, status) => {
    const end = head.includes("chunked") ? "\r\n0\r\n\r\n" : "";
    const answer = await raw(
      `${method} ${path} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n${head}` +
        `${" ".repeat(3_000_000)}${end}GET /empty/?status=204 HTTP/1.1\r\nHost: x\r\n` +
        "Connection: close\r\n\r\n",
    );
    expect(answer).toMatch(new RegExp(`^HTTP/1.1 ${status} [^]*HTTP/1.1 204 `));
  });

  it("a body that never ends is waited for only so long", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    try {
      const head = "POST /mizan/call/ HTTP/1.1\r\nHost: x\r\nContent-Length: 999999\r\n\r\n{";
      const answer = raw(head);
      const isOver = vi.fn();
      void answer.then(isOver);
      await vi.waitFor(async () => {
        await vi.advanceTimersByTimeAsync(1000);
        expect(isOver).toHaveBeenCalled();
      });
      expect(await answer).toMatch(/^HTTP\/1.1 413 /);
    } finally {
      vi.useRealTimers();
    }
  });

  it("a body that breaks off harms nobody", async () => {
    const socket = connect(port, "127.0.0.1", () => {
      socket.write("POST /mizan/call/ HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n{");
      setTimeout(() => socket.resetAndDestroy(), 20);
    });
    await new Promise((resolve) => socket.once("close", resolve));
    expect((await fetch(url("/mizan/ctx/stock/"))).status).toBe(200);
  });

  it("a large body arrives whole", async () => {
    const sent = "y".repeat(4_000_000);
    const reply = await fetch(url("/echo/?q=1"), { method: "POST", body: sent });
    expect((await reply.text()) === sent).toBe(true);
  });

  it.each([
    ["GET", "/mizan/ctx/user/?user_id=5'", 422],
    ["GET", "/mizan/ctx/user/?user_id=\u00e9", 400],
    ["GET", "http://other.example/mizan/ctx/stock/", 200],
    ["GET", "//mizan/ctx/stock/", 404],
    ["TRACE", "/mizan/call/", 405],
    ["OPTIONS", "*", 404],
    ["PURGE", "/mizan/ctx/stock/", 405],
    ["GET", "/mizan/ctx/stock/#fragment", 200],
    ["GET", "/\\", 404],
  ])("a request line reaches the handler as it came: %s %s", async (method, target, status) => {
    const bytes = Buffer.from(
      `${method} ${target} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`,
      "latin1",
    );
    expect(await raw(bytes)).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
  });

  it("spelling counts: what a URL would encode is not canonical", async () => {
    const labels = await lines("GET /mizan/ctx/user/?user_id=5&user_id=%35 HTTP/1.1");
    expect(labels).toMatch(/^HTTP\/1.1 422/);
  });

  it("a host that is none does no harm", async () => {
    seen.length = 0;
    for (const host of ["", "a b", "x:y", "[::", "@"]) {
      const answer = await raw(
        `POST /echo/?q=1 HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\nContent-Length: 2\r\n\r\nhi`,
      );
      expect(answer).toMatch(/^HTTP\/1.1 200 [^]*hi/);
    }
    expect(seen[0]?.url).toBe("http://localhost/echo/?q=1");
  });

  it("a handler that rejects ends the connection alone", async () => {
    const failing: RequestHandler = () => Promise.reject(new Error("no"));
    const strange: RequestHandler = () => Promise.reject("no"); // eslint-disable-line @typescript-eslint/prefer-promise-reject-errors -- as others may
    for (const handler of [failing, strange]) {
      const other = createServer(toNodeListener(handler));
      await new Promise<void>((resolve) => other.listen(0, "127.0.0.1", resolve));
      const { port: its } = other.address() as AddressInfo;
      await expect(fetch(`http://127.0.0.1:${its}/`)).rejects.toThrow();
      other.close();
    }
  });
});

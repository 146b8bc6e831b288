/**
 * A handler on Node's http (SPEC.md, sections 6.2 and 16).
 * Invariant: what the Fetch API would change of a request line reaches the handler as it came.
 */

import type { IncomingMessage, RequestListener, ServerResponse } from "node:http";
import type { RequestHandler } from "./handler.js";

// Methods that no Request may have.
const FORBIDDEN = new Set(["CONNECT", "TRACE", "TRACK"]);
const BODILESS = new Set(["GET", "HEAD", ...FORBIDDEN]);

/** Makes what `http.createServer` and frameworks on it take, of a handler. */
export function toNodeListener(handler: RequestHandler): RequestListener {
  return (incoming, outgoing) => {
    void answer(handler, incoming, outgoing).catch((error: unknown) => {
      // The reply is lost: the client has gone, or a body that a view sends has failed.
      outgoing.destroy(error instanceof Error ? error : undefined);
    });
  };
}

async function answer(
  handler: RequestHandler,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
): Promise<void> {
  const { method = "GET", url: target = "/" } = incoming;
  const response = await handler(requestOf(incoming, outgoing), { method, target });
  outgoing.statusCode = response.status;
  if (response.statusText !== "") outgoing.statusMessage = response.statusText;
  for (const [name, value] of response.headers) {
    if (name !== "set-cookie") outgoing.setHeader(name, value);
  }
  const cookies = response.headers.getSetCookie();
  if (cookies.length > 0) outgoing.setHeader("set-cookie", cookies);
  await send(response, outgoing);
  if (!incoming.complete) discard(incoming);
}

// Milliseconds. A client reads the reply only if it may send the rest meanwhile.
const LINGER = 5000;

/** Lets the rest of a body that nobody reads come, for a bounded time. */
function discard(incoming: IncomingMessage): void {
  incoming.removeAllListeners("data").resume();
  const timer = setTimeout(() => incoming.destroy(), LINGER);
  incoming.once("close", () => {
    clearTimeout(timer);
  });
}

/** A body as a stream of the Fetch API. Who cancels it leaves the connection as it is. */
function bodyOf(incoming: IncomingMessage): ReadableStream<Uint8Array> {
  let isOver = false;
  return new ReadableStream({
    start(controller) {
      const end = (finish: () => void): void => {
        if (!isOver) finish();
        isOver = true;
      };
      incoming.on("data", (chunk: Buffer) => {
        if (!isOver) controller.enqueue(new Uint8Array(chunk));
        incoming.pause();
      });
      incoming.once("end", () => {
        end(() => {
          controller.close();
        });
      });
      incoming.on("error", (error) => {
        end(() => {
          controller.error(error);
        });
      });
      incoming.pause();
    },
    pull() {
      incoming.resume();
    },
    cancel() {
      isOver = true;
    },
  });
}

async function send({ body, status, headers }: Response, outgoing: ServerResponse): Promise<void> {
  if (body === null) {
    if (status !== 204 && status !== 304 && !headers.has("content-length")) {
      outgoing.setHeader("content-length", "0");
    }
    outgoing.end();
    return;
  }
  const reader = body.getReader();
  outgoing.once("close", () => void reader.cancel().catch(() => undefined));
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    if (!outgoing.write(value)) await drained(outgoing);
  }
  outgoing.end();
}

/** Resolves when more can be written, or nobody reads any more. */
function drained(outgoing: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const go = (): void => {
      outgoing.off("drain", go).off("close", go);
      resolve();
    };
    outgoing.on("drain", go).on("close", go);
    if (outgoing.destroyed) go();
  });
}

function requestOf(incoming: IncomingMessage, outgoing: ServerResponse): Request {
  const { method = "GET", rawHeaders } = incoming;
  const headers = new Headers();
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) {
    headers.append(rawHeaders[at] ?? "", rawHeaders[at + 1] ?? "");
  }
  const gone = new AbortController();
  outgoing.once("close", () => {
    if (!outgoing.writableFinished) gone.abort();
  });
  const body = BODILESS.has(method) ? null : bodyOf(incoming);
  return new Request(urlOf(incoming), {
    method: FORBIDDEN.has(method) ? "OPTIONS" : method,
    headers,
    signal: gone.signal,
    ...(body !== null && { body, duplex: "half" }),
  });
}

/** The URL of a request, as far as it is one. */
function urlOf({ url = "/", headers, socket }: IncomingMessage): string {
  const scheme = "encrypted" in socket ? "https" : "http";
  const origin = `${scheme}://${headers.host ?? ""}`;
  const base = URL.canParse(origin) ? origin : `${scheme}://localhost`;
  const path = url.replace(/^[a-z]+:\/\/[^/?#]*/i, "");
  // A path that begins with // would name another host.
  const whole = `${new URL(base).origin}${path.startsWith("/") ? path : `/${path}`}`;
  return URL.canParse(whole) ? whole : base;
}

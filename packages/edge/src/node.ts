/**
 * An edge on Node's http (SPEC.md, section 16).
 * Invariant: bytes pass as they come, encoded or not, in both directions.
 */

import { Agent as HttpAgent, request as requestHttp, type ClientRequest } from "node:http";
import { Agent as HttpsAgent, request as requestHttps } from "node:https";
import type { IncomingMessage, RequestListener, RequestOptions } from "node:http";
import { toNodeListener } from "@mizan/server/node";
import type { Edge } from "./edge.js";
import type { Fetch } from "./options.js";
import { NotSent } from "./origin.js";

/**
 * Makes what `http.createServer` takes, of an edge.
 *
 * @param behindProxy whether a server is in front, which alone asks and says for whom
 */
export function toListener(edge: Edge, behindProxy = false): RequestListener {
  const listener = toNodeListener(edge);
  return (incoming, outgoing) => {
    const { rawHeaders, socket } = incoming;
    // Who asks is who is at the other end of the connection, whatever he says.
    for (let at = rawHeaders.length - 2; !behindProxy && at >= 0; at -= 2) {
      if (/^x-(forwarded-for|real-ip)$/i.test(rawHeaders[at] ?? "")) rawHeaders.splice(at, 2);
    }
    rawHeaders.push("X-Forwarded-For", socket.remoteAddress ?? "unknown");
    listener(incoming, outgoing);
  };
}

const IDEMPOTENT = new Set(["GET", "HEAD", "OPTIONS"]);

/** Makes a Fetch that keeps connections to the origin, for requests that may be sent twice. */
export function originFetch(): Fetch {
  const agents = {
    "http:": new HttpAgent({ keepAlive: true }),
    "https:": new HttpsAgent({ keepAlive: true }),
  };
  return async (request) => {
    const { protocol } = new URL(request.url);
    const isRepeatable = IDEMPOTENT.has(request.method) && request.body === null;
    const agent = isRepeatable ? agents[protocol as keyof typeof agents] : false;
    const first = await send(request, agent);
    // A connection that was kept may be closed at that moment by the other end.
    return first === "closed" ? ((await send(request, false)) as Response) : first;
  };
}

async function send(
  request: Request,
  agent: RequestOptions["agent"],
): Promise<Response | "closed"> {
  const { url, method, headers, signal } = request;
  const start = url.startsWith("https:") ? requestHttps : requestHttp;
  const outgoing = start(url, { method, headers: listOf(headers), agent, signal });
  const answered = answerTo(outgoing);
  const written = write(request, outgoing);
  try {
    // A reply may come before all of a body was sent, which then goes on.
    return responseOf(method, await Promise.race([answered, written.then(() => answered)]));
  } catch (error) {
    if (outgoing.reusedSocket && !signal.aborted && isClosed(error)) return "closed";
    throw error;
  } finally {
    answered.catch(() => undefined);
    written.catch(() => outgoing.destroy());
  }
}

function listOf(headers: Headers): Record<string, string> {
  return Object.fromEntries(headers);
}

function isClosed(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "ECONNRESET";
}

function answerTo(outgoing: ClientRequest): Promise<IncomingMessage> {
  let isConnected = false;
  outgoing.on("socket", (socket) => {
    isConnected = !socket.connecting;
    socket.once("connect", () => {
      isConnected = true;
    });
  });
  return new Promise((resolve, reject) => {
    outgoing.once("response", resolve);
    outgoing.on("error", (error) => {
      reject(isConnected ? error : new NotSent(error.message));
    });
  });
}

/**
 * Sends the body of a request as it comes. Where it breaks off, the origin is told so and may still
 * answer, for it may have begun.
 */
async function write(request: Request, outgoing: ClientRequest): Promise<void> {
  if (request.body === null) {
    outgoing.end();
    return;
  }
  const reader = request.body.getReader();
  let isBegun = false;
  for (;;) {
    const { done, value } = await reader.read().catch((error: unknown) => {
      if (!isBegun) throw new NotSent(String(error));
      return { done: true, value: null };
    });
    if (value === null) {
      outgoing.socket?.end();
      return;
    }
    if (done || outgoing.destroyed) break;
    isBegun = true;
    if (!outgoing.write(value)) await drained(outgoing);
  }
  outgoing.end();
}

/** Resolves when more can be written, or nobody reads any more. */
function drained(outgoing: ClientRequest): Promise<void> {
  return new Promise((resolve) => {
    const go = (): void => {
      outgoing.off("drain", go).off("close", go);
      resolve();
    };
    outgoing.on("drain", go).on("close", go);
    if (outgoing.destroyed) go();
  });
}

const BODILESS = new Set([204, 205, 304]);

function responseOf(method: string, incoming: IncomingMessage): Response {
  const { statusCode: status = 502, statusMessage: statusText = "", rawHeaders } = incoming;
  const headers = new Headers();
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) {
    headers.append(rawHeaders[at] ?? "", rawHeaders[at + 1] ?? "");
  }
  const isBodiless = method === "HEAD" || BODILESS.has(status);
  if (isBodiless) incoming.resume();
  return new Response(isBodiless ? null : bodyOf(incoming), { status, statusText, headers });
}

/** A reply's body as it comes. Who cancels it closes the connection. */
function bodyOf(incoming: IncomingMessage): ReadableStream<Uint8Array> {
  const chunks = incoming[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  return new ReadableStream(
    {
      async pull(controller) {
        const next = await chunks.next();
        if (next.done === true) controller.close();
        else controller.enqueue(new Uint8Array(next.value));
      },
      cancel() {
        incoming.destroy();
      },
    },
    { highWaterMark: 0 },
  );
}

/** A server on 127.0.0.1 whose answers tests hold back, and a browser of what it sends. */

import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

// There are no types of it.
const name = "jsdom";
const { JSDOM } = (await import(/* @vite-ignore */ name)) as {
  JSDOM: new (html: string, options: object) => { window: Window };
};

/** Serves on a free port; returns its address. */
export async function serve(
  handle: (request: IncomingMessage, response: ServerResponse) => void,
): Promise<{ server: Server; address: string }> {
  const server = createServer(handle);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return { server, address: `http://127.0.0.1:${port}` };
}

/** The API: says whose data it is, by the cookie; answers when the gate of its path is open. */
export function api() {
  const gates = new Map<string, { promise: Promise<void>; open: () => void }>();
  const asked: string[] = [];
  const gate = (name: string) => {
    let found = gates.get(name);
    if (!found) {
      let open: () => void = () => undefined;
      const promise = new Promise<void>((resolve) => (open = resolve));
      gates.set(name, (found = { promise, open }));
    }
    return found;
  };
  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const who = /user=(\w+)/.exec(request.headers.cookie ?? "")?.[1] ?? "nobody";
    const name = `${who}:${request.url ?? ""}`;
    asked.push(name);
    await gate(name).promise;
    response.statusCode = name.includes("broken") ? 500 : 200;
    response.setHeader("Content-Type", "application/json");
    response.end(
      JSON.stringify({ text: `${who}'s ${(request.url ?? "").split("/")[3] ?? ""} </p>` }),
    );
  };
  return {
    asked,
    open: (name: string) => {
      gate(name).open();
    },
    handle,
  };
}

/** A request whose reply is read as it comes. */
export async function visit(address: string, user: string) {
  const response = await fetch(address, { headers: { cookie: `user=${user}` } });
  const reader = (response.body as ReadableStream<Uint8Array>).getReader();
  const decoder = new TextDecoder();
  let html = "";
  /** Reads until the page has the text; all of it where none is given. */
  const until = async (text?: string): Promise<string> => {
    while (text === undefined || !html.includes(text)) {
      const { done, value } = await reader.read();
      if (done) break;
      html += decoder.decode(value, { stream: true });
    }
    return html;
  };
  return { status: response.status, until };
}

/** A browser that has loaded a page: its globals are there until it is closed. */
export function browse(html: string): { window: Window; close: () => void } {
  const { window } = new JSDOM(html, { runScripts: "dangerously", pretendToBeVisual: true });
  const globals = { window, document: window.document, navigator: window.navigator };
  Object.assign(globalThis, globals);
  const close = (): void => {
    for (const name of Object.keys(globals)) Reflect.deleteProperty(globalThis, name);
    window.close();
  };
  return { window, close };
}

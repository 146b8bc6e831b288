import { MizanProvider } from "@mizan/react";
import { createClient } from "@mizan/runtime";
import { createReadableStreamFromReadable } from "@react-router/node";
import { PassThrough } from "node:stream";
import { StrictMode } from "react";
import { renderToPipeableStream } from "react-dom/server";
import { ServerRouter, type EntryContext } from "react-router";

/** Draws a page for one user, with a client of its own. */
export default function handleRequest(
  request: Request,
  status: number,
  headers: Headers,
  context: EntryContext,
): Promise<Response> {
  const cookie = request.headers.get("cookie") ?? "";
  const baseUrl = new URL("/api/", request.url).href;
  const client = createClient({ baseUrl, headers: () => ({ cookie }), gcTime: Infinity });
  return new Promise((resolve, reject) => {
    const { pipe } = renderToPipeableStream(
      <StrictMode>
        <MizanProvider client={client}>
          <ServerRouter context={context} url={request.url} />
        </MizanProvider>
      </StrictMode>,
      {
        onShellReady: () => {
          const body = new PassThrough();
          headers.set("Content-Type", "text/html");
          resolve(new Response(createReadableStreamFromReadable(body), { status, headers }));
          pipe(body);
        },
        onShellError: reject,
      },
    );
  });
}

/**
 * One request and its reply (SPEC.md, section 16).
 * Invariant: whatever goes wrong is a MizanError, and its status is 0 unless a reply was read.
 */

import { MizanError, type Problem } from "./errors.js";
import type { ClientOptions, Reply, Request } from "./types.js";

/** What there is of a browser. */
export const world = globalThis as unknown as Partial<Window>;

/**
 * Sends a request and reads the reply; its error is the server's problem, or `client.reply`.
 *
 * @throws MizanError `client.network`, `client.timeout`, or what the signal was aborted with
 */
export async function exchange(
  { baseUrl, fetch: own, headers: extra }: ClientOptions,
  { path, body, headers, signal, open }: Request,
): Promise<Reply> {
  try {
    // Looked up for each request, as tests and tools put another in its place.
    const response = await (own ?? fetch)(baseUrl + path, {
      method: body === undefined ? "GET" : "POST",
      headers: {
        ...(typeof body === "string" && { "Content-Type": "application/json" }),
        ...extra?.(),
        ...headers,
      },
      body: body ?? null,
      signal: signal ?? null,
    });
    const { ok, status, headers: got } = response;
    // No JSON: a proxy's page, or a reply that was cut off.
    const document = (open && ok ? response.body : await response.json().catch(() => undefined)) as
      Problem | null | undefined;
    signal?.throwIfAborted();
    if (ok && document !== undefined) return { headers: got, body: document };
    const { code = "client.reply", detail = `Status ${status} from ${path}` } = document ?? {};
    return { headers: got, error: new MizanError(code, detail, status, document ?? {}) };
  } catch (cause) {
    signal?.throwIfAborted();
    throw Object.assign(new MizanError("client.network", `No reply from ${path}`), { cause });
  }
}

/** Whether the browser says that it has no network. */
export function isOffline(): boolean {
  return world.navigator?.onLine === false;
}

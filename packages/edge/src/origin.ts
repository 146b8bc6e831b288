/**
 * Asks the origin, and it alone (SPEC.md, section 16).
 * Invariant: no request takes longer to be answered than the edge was set to wait.
 */

import { towardsOrigin } from "./fields.js";
import type { Setup } from "./options.js";

/** What a Fetch throws where nothing of a request reached the origin, or not the whole of it. */
export class NotSent extends Error {
  override name = "NotSent";
}

/** The origin did not answer. */
export class OriginError extends Error {
  override name = "OriginError";

  /**
   * @param status 502, or 504 where it took too long
   * @param isSent whether it may have done what it was asked
   */
  constructor(
    readonly status: 502 | 504,
    readonly isSent: boolean,
  ) {
    super(status === 504 ? "The origin did not answer in time." : "The origin did not answer.");
  }
}

const LATE = "late";

/** A request as the edge sees it. */
export interface Asked {
  readonly request: Request;
  readonly method: string;
  /** Normal; by it the reply is kept. */
  readonly url: URL;
}

/**
 * The origin's reply to a request, or what `read` makes of it within the time; rejects with an
 * OriginError.
 *
 * @param headers by default the request's own
 * @param signal ends it when the client goes; without one it goes on
 */
export async function ask<T = Response>(
  setup: Setup,
  { request, method, url }: Asked,
  read: (response: Response) => T | Promise<T>,
  { headers, signal }: { headers?: Headers; signal?: AbortSignal } = {},
): Promise<T> {
  const target = new URL(setup.origin);
  target.pathname = url.pathname;
  target.search = url.search;
  if (signal?.aborted === true) throw new OriginError(502, false);
  const end = new AbortController();
  const leave = (): void => {
    end.abort();
  };
  const timer = setTimeout(() => {
    end.abort(LATE);
  }, setup.timeout);
  signal?.addEventListener("abort", leave);
  const { body } = request;
  try {
    const response = await setup.fetch(
      new Request(target, {
        method,
        headers: headers ?? towardsOrigin(request, url),
        redirect: "manual",
        signal: end.signal,
        ...(body !== null && { body, duplex: "half" }),
      }),
    );
    return await read(response);
  } catch (error) {
    throw new OriginError(end.signal.reason === LATE ? 504 : 502, !(error instanceof NotSent));
  } finally {
    clearTimeout(timer);
  }
}

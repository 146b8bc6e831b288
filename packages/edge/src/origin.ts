/**
 * Asks the origin, and it alone (SPEC.md, section 16).
 * Invariant: the origin has no longer for a request than the edge was set to wait, and the time that
 * a client takes is none of its.
 */

import { readUpTo } from "./body.js";
import { towardsOrigin } from "./fields.js";
import type { Setup } from "./options.js";
import { Patience } from "./patience.js";

/** What a Fetch throws where nothing of a request reached the origin. */
export class NotSent extends Error {
  override name = "NotSent";
}

/** The origin did not answer. */
export class OriginError extends Error {
  override name = "OriginError";

  /**
   * @param status 502, or 504 where it took too long
   * @param isSent whether it may have done what it was asked
   * @param isBroken whether the client went before it had sent all
   */
  constructor(
    readonly status: 502 | 504,
    readonly isSent: boolean,
    readonly isBroken = false,
  ) {
    super(status === 504 ? "The origin did not answer in time." : "The origin did not answer.");
  }
}

const LATE = "late";
// A shorter body is sent once it is whole: of one that breaks off the origin never hears.
const WHOLE = 64 * 1024;

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
  asked: Asked,
  read: (response: Response) => T | Promise<T>,
  { headers, signal }: { headers?: Headers; signal?: AbortSignal } = {},
): Promise<T> {
  if (signal?.aborted === true) throw new OriginError(502, false);
  const end = new AbortController();
  const leave = (): void => {
    end.abort();
  };
  const patience = new Patience(setup.timeout, () => {
    end.abort(LATE);
  });
  signal?.addEventListener("abort", leave);
  const body = patience.during(asked.request.body);
  patience.begin();
  const init = { signal: end.signal, body, ...(headers && { headers }) };
  try {
    return await read(await setup.fetch(requestOf(setup, asked, init)));
  } catch (error) {
    throw new OriginError(end.signal.reason === LATE ? 504 : 502, !(error instanceof NotSent));
  } finally {
    patience.end();
  }
}

/**
 * The origin's reply to what may change something, however long it takes; rejects with an
 * OriginError where none can come any more.
 *
 * @param onLate is told once that the origin takes too long
 */
export async function send(
  setup: Setup,
  asked: Asked,
  onLate: (error: OriginError) => void,
): Promise<Response> {
  const patience = new Patience(setup.timeout, () => {
    onLate(new OriginError(504, true, patience.isBroken));
  });
  try {
    const body = await bodyOf(asked.request);
    const sent = body instanceof ReadableStream ? patience.during(body) : body;
    patience.begin();
    return await setup.fetch(requestOf(setup, asked, { body: sent }));
  } catch (error) {
    throw new OriginError(502, !(error instanceof NotSent), patience.isBroken);
  } finally {
    patience.end();
  }
}

async function bodyOf({ body }: Request): Promise<BodyInit | null> {
  try {
    return body === null ? null : await readUpTo(body, WHOLE);
  } catch (error) {
    throw new NotSent(String(error));
  }
}

function requestOf(
  { origin }: Setup,
  { request, method, url }: Asked,
  init: { body: BodyInit | null; headers?: Headers; signal?: AbortSignal },
): Request {
  const target = new URL(origin);
  target.pathname = url.pathname;
  target.search = url.search;
  return new Request(target, {
    method,
    headers: towardsOrigin(request, url),
    redirect: "manual",
    ...(init.body !== null && { duplex: "half" }),
    ...init,
  });
}

/**
 * The identity token (SPEC.md, section 13).
 * Invariant: of many requests that need a token one obtains it, and none uses another user's.
 */

import { on } from "./client.js";
import type { Client, Request } from "./types.js";

/** What `mwt_obtain` returns. */
export interface ObtainedToken {
  readonly token: string;
  /** When it expires, as ISO 8601. */
  readonly expires_at: string;
}

export interface TokenOptions {
  /** What gives a token; by default the function `mwt_obtain`, which gives one to a session. */
  readonly obtain?: () => Promise<ObtainedToken>;
  /** How long before it expires a token is renewed, in ms; 30,000, at most half of its life. */
  readonly renewBefore?: number;
}

/** Sends an identity token with every request, and obtains another after a 401. */
export function token(client: Client, { obtain, renewBefore = 30_000 }: TokenOptions = {}): void {
  const next = client.exchange;
  let current: { readonly token: string; readonly until: number } | undefined;
  let pending: Promise<string> | undefined;

  const ask = obtain ?? (() => obtainByCall(next));
  const renew = (): Promise<string> => {
    const mine = ask().then((obtained) => {
      const life = lifeOf(obtained);
      const until = Date.now() + life - Math.min(renewBefore, life / 2);
      // After a reset this token is of somebody who has gone.
      if (pending === mine) current = { token: obtained.token, until };
      return obtained.token;
    });
    const end = (): void => {
      if (pending === mine) pending = undefined;
    };
    mine.then(end, end);
    return (pending = mine);
  };
  const get = async (): Promise<string> =>
    current && Date.now() < current.until ? current.token : (pending ?? renew());

  on(client, ({ type }) => {
    if (type === "reset") current = pending = undefined;
  });
  client.exchange = async (request) => {
    const used = await get();
    const reply = await next(withToken(request, used));
    const { status, code } = reply.error ?? {};
    if (status !== 401 || code === "identity_mismatch") return reply;
    // Another request may have renewed it by now.
    if (current?.token === used) current = undefined;
    return next(withToken(request, await get()));
  };
}

function withToken(request: Request, value: string): Request {
  return { ...request, headers: { ...request.headers, "X-Mizan-Token": value } };
}

async function obtainByCall(exchange: Client["exchange"]): Promise<ObtainedToken> {
  const body = JSON.stringify({ function: "mwt_obtain", args: {} });
  const reply = await exchange({ path: "call/", body });
  if (reply.error) throw reply.error;
  return (reply.body as { result: ObtainedToken }).result;
}

/** The life of a token in ms: by its claims, since the clocks of client and server may differ. */
function lifeOf({ token: text, expires_at }: ObtainedToken): number {
  try {
    const claims = text.split(".")[1]?.replaceAll("-", "+").replaceAll("_", "/") ?? "";
    const { exp, iat } = JSON.parse(atob(claims)) as { exp: number; iat: number };
    return (exp - iat) * 1000;
  } catch {
    return Date.parse(expires_at) - Date.now();
  }
}

/**
 * Calls (SPEC.md, sections 2 and 14).
 * Invariant: whatever becomes of a call, what it may have changed is stale or fresh afterwards.
 */

import { MizanError } from "./errors.js";
import { isOffline } from "./exchange.js";
import { invalidate } from "./store.js";
import type { Client, MizanFunction, Outcome, Reply, Slice, Target } from "./types.js";
import { patiently } from "./wait.js";

export interface CallOptions {
  /** Ends the waiting, not the request: only its reply tells what it has changed. */
  readonly signal?: AbortSignal | undefined;
  /** How long to wait, in ms; 0: for ever. */
  readonly timeout?: number | undefined;
  /** Whether mounted instances may come back with the reply. */
  readonly held?: boolean;
  /** Told of the outcome before anything of it is applied; of a late one again. */
  readonly onOutcome?: (outcome: Outcome) => void;
}

interface CallReply {
  readonly result?: unknown;
  readonly invalidate?: Target[];
  readonly fresh?: readonly Slice[];
}

/**
 * Runs a function of the server and applies what its reply says. The result is there when mounted
 * instances that became stale are fresh or about to be fetched.
 *
 * @param fn a descriptor, or a name
 * @param args the arguments by name
 * @throws MizanError the server's problem, or `client.*`; the reason of the signal
 */
export async function mizanCall<A extends object, R, E extends string>(
  client: Client,
  fn: MizanFunction<A, R, E> | string,
  args: NoInfer<A>,
  options: CallOptions = {},
): Promise<R> {
  const { name, affects, encode } = (typeof fn === "string"
    ? { name: fn }
    : fn) as unknown as MizanFunction;
  const { signal, timeout = client.options.timeout, held, onOutcome } = options;
  signal?.throwIfAborted();
  if (isOffline()) throw new MizanError("client.offline", "No network");
  const affected = affects?.(args) ?? ["*"];
  const hold = held === false ? undefined : client.hold?.(affected);
  /** Nobody knows whether the function ran. */
  const lose = (): void => {
    onOutcome?.("lost");
    invalidate(client, affected, `${name} (lost)`);
  };
  const send = async (): Promise<unknown> => {
    const body = encode ? encode(name, args) : JSON.stringify({ function: name, args });
    let reply: Reply;
    let show: (() => void) | undefined;
    try {
      reply = await client.exchange({ path: "call/", body, headers: hold?.headers });
      show = hold?.take((reply.body as CallReply | undefined)?.fresh);
    } catch (error) {
      lose();
      throw error;
    }
    const { error, headers } = reply;
    // 408 is a proxy's, and may come while the server is at work.
    if (!error) onOutcome?.("done");
    else if (/^4(?!08)/.test(`${error.status}`)) onOutcome?.("refused");
    else lose();
    const { result, invalidate: said } = (reply.body ?? {}) as CallReply;
    const field = headers.get("X-Mizan-Invalidate");
    invalidate(client, said ?? (field ? client.readHeader(field) : []), name);
    show?.();
    if (error) throw error;
    return result;
  };
  return patiently(send(), signal, timeout, lose) as Promise<R>;
}

/**
 * Hooks that call a function.
 * Invariant: what is shown is of the last call, whenever earlier ones are answered, and of this user.
 */

import { mizanCall, on } from "@mizan/runtime";
import type { CallOptions, Client, MizanError, MizanFunction } from "@mizan/runtime";
import { useCallback, useEffect, useRef, useState } from "react";
import { useMizan } from "./provider.js";
import type { CallResult } from "./types.js";

const IDLE = { status: "idle", isPending: false, error: undefined, data: undefined } as const;

/** A hook of a function: `useUpdateName().call({ user_id: 5, name: "Ada" })`. */
export function callHook<A extends object, R, E extends string>(
  fn: MizanFunction<A, R, E>,
): () => CallResult<A, R, E> {
  return hookOf((client, args, options) => mizanCall(client, fn, args, options));
}

/** A hook of what calls a function. For this package only. */
export function hookOf<A extends object, R, E extends string>(
  run: (client: Client, args: A, options?: CallOptions) => Promise<R>,
): () => CallResult<A, R, E> {
  type State = Omit<CallResult<A, R, E>, "call" | "reset">;
  return () => {
    const client = useMizan();
    const [state, setState] = useState<State>(IDLE);
    const last = useRef<{ work: unknown; isFormer?: boolean }>(undefined);
    const call = useCallback(
      (args?: A, options?: CallOptions): Promise<R> => {
        const work = run(client, (args ?? {}) as A, options);
        const settle = (change: Partial<State>): void => {
          const { current } = last;
          if (current?.work !== work) return;
          // A former user's call may tell nothing but that there is another user.
          if (current.isFormer && change.error?.code !== "identity_mismatch") return;
          setState({ ...IDLE, ...change });
        };
        last.current = { work };
        settle({ status: "pending", isPending: true });
        // As this takes the rejection, nobody has to who shows `error` alone.
        work.then(
          (data) => {
            settle({ status: "success", data });
          },
          (error: unknown) => {
            settle({ status: "error", error: error as MizanError<E> });
          },
        );
        return work;
      },
      [client],
    );
    const reset = useCallback(() => {
      last.current = undefined;
      setState(IDLE);
    }, []);
    useEffect(
      () =>
        on(client, ({ type }) => {
          if (type !== "reset") return;
          if (last.current) last.current.isFormer = true;
          setState(IDLE);
        }),
      [client],
    );
    return { ...state, call, reset };
  };
}

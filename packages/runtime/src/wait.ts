/**
 * Waiting for what goes on by itself.
 * Invariant: to stop waiting ends neither the work nor what it does when it is done.
 */

import { stopAfter } from "./errors.js";

/**
 * What the work gives, unless the signal or the time ends the wait before.
 *
 * @param timeout in ms; 0: for ever
 * @param giveUp run when the wait has ended so
 * @throws MizanError `client.timeout`; the reason of the signal; what the work throws
 */
export function patiently<T>(
  work: Promise<T>,
  signal: AbortSignal | undefined,
  timeout: number | undefined,
  giveUp: () => void,
): Promise<T> {
  return new Promise((resolve, reject) => {
    const stop = (reason: unknown): void => {
      giveUp();
      // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors -- as fetch does
      reject(reason);
    };
    const onAbort = (): void => {
      stop(signal?.reason);
    };
    const timer = stopAfter(stop, timeout);
    signal?.addEventListener("abort", onAbort);
    void work.then(resolve, reject).then(() => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", onAbort);
    });
  });
}

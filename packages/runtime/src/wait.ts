/**
 * Waiting for what goes on by itself.
 * Invariant: to stop waiting ends neither the work nor what it does when it is done.
 */

import { reasonOf } from "./errors.js";

/**
 * What the work gives, unless the signal ends the wait before.
 *
 * @param signal one of signalOf, which nobody else listens to
 * @param giveUp run when the wait has ended so
 * @throws MizanError `client.timeout`; the reason of the signal; what the work throws
 */
export function patiently<T>(
  work: Promise<T>,
  signal: AbortSignal,
  giveUp: () => void,
): Promise<T> {
  return new Promise((resolve, reject) => {
    signal.onabort = () => {
      giveUp();
      reject(reasonOf(signal));
    };
    void work.then(resolve, reject).then(() => {
      signal.onabort = null;
    });
  });
}

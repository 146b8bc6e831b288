/**
 * Trying reads again.
 * Invariant: a call is never sent twice.
 */

import type { MizanError } from "./errors.js";
import type { Feature } from "./types.js";

/** The feature: a read that failed in passing is sent again, ever later, up to `retry` times. */
export const retry: Feature = (client) => {
  const { retry: most = 3 } = client.options;
  const next = client.exchange;
  client.exchange = async (request) => {
    for (let attempt = 0; ; attempt += 1) {
      const reply = await next(request).catch((error: unknown) => error as MizanError);
      const error = "headers" in reply ? reply.error : reply;
      const { status } = error ?? { status: 200 };
      const isPassing = status === 0 || status === 429 || status >= 500;
      const isOver = !isPassing || attempt >= most || request.signal?.aborted;
      if (isOver || !request.reason) {
        if ("headers" in reply) return reply;
        throw reply;
      }
      // Many clients that failed at once must not come back at once.
      const delay = 2 ** attempt * 500 * (Math.random() + 0.5);
      await new Promise((resolve) => setTimeout(resolve, delay));
    }
  };
};

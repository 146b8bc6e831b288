/**
 * Events of a client's own calls (SPEC.md, section 17).
 * Invariant: an event is left out only if the reply that says the same was applied.
 */

import type { News } from "./liveConnection.js";
import type { Client, Reply, Request } from "./types.js";

/** An event comes just before its reply; one whose reply takes longer does not wait for it. */
const PATIENCE = 3_000;
/** So many calls are remembered; later events of others are applied, at the cost of a read. */
const MOST = 500;

/** The calls of a client. */
export interface OwnCalls {
  /** Sends a call under a name by which its event is known. */
  readonly send: (request: Request, next: Client["exchange"]) => Promise<Reply>;
  /** Applies news, unless a reply has said it or is about to. */
  readonly hear: (news: News) => void;
}

export function ownCalls(apply: (news: News) => void): OwnCalls {
  /** It was passed over when its position was: nobody may take it for told. */
  const applyLate = (news: News): void => {
    apply({ ...news, id: undefined });
  };
  /** News that wait for the reply of their call; undefined: it was applied. */
  const calls = new Map<string, Set<News> | undefined>();
  return {
    send: async (request, next) => {
      const call = randomName();
      const waiting = new Set<News>();
      calls.set(call, waiting);
      const [first = ""] = calls.keys();
      if (calls.size > MOST) calls.delete(first);
      let isSaid = false;
      try {
        const reply = await next({
          ...request,
          headers: { ...request.headers, "X-Mizan-Call": call },
        });
        isSaid = !reply.error;
        return reply;
      } finally {
        if (isSaid) calls.set(call, undefined);
        else {
          calls.delete(call);
          waiting.forEach(applyLate);
        }
        waiting.clear();
      }
    },
    hear: (news) => {
      const waiting = calls.get(news.call);
      if (waiting) {
        waiting.add(news);
        setTimeout(() => {
          if (waiting.delete(news)) applyLate(news);
        }, PATIENCE);
      } else if (!calls.has(news.call)) apply(news);
    },
  };
}

/** A name that nobody guesses, of 28 characters. */
export function randomName(): string {
  const words = crypto.getRandomValues(new Uint32Array(4));
  return Array.from(words, (word) => word.toString(36).padStart(7, "0")).join("");
}

/**
 * Events of a client's own calls (SPEC.md, section 17).
 * Invariant: an event is left out only if the reply that says the same was applied, one for a call.
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

interface Call {
  /** News that wait for the reply. */
  readonly waiting: Set<News>;
  /** Whether the reply has said what the event says. */
  isSaid: boolean;
  /** The event that was left out. */
  id?: string;
}

export function ownCalls(apply: (news: News) => void): OwnCalls {
  const calls = new Map<string, Call>();
  /** It was passed over when its position was: nobody may take it for told. */
  const applyLate = (news: News): void => {
    apply({ ...news, id: undefined });
  };
  /** Others see the name in their events, and could give it to calls of theirs. */
  const isLeftOut = (call: Call, { id = "" }: News): boolean =>
    call.isSaid && (call.id ??= id) === id;
  return {
    send: async (request, next) => {
      const name = randomName();
      const call: Call = { waiting: new Set(), isSaid: false };
      calls.set(name, call);
      const [first = ""] = calls.keys();
      if (calls.size > MOST) calls.delete(first);
      try {
        const headers = { ...request.headers, "X-Mizan-Call": name };
        const reply = await next({ ...request, headers });
        call.isSaid = !reply.error;
        return reply;
      } finally {
        if (!call.isSaid) calls.delete(name);
        for (const news of call.waiting) {
          if (!isLeftOut(call, news)) applyLate(news);
        }
        call.waiting.clear();
      }
    },
    hear: (news) => {
      const call = calls.get(news.call);
      if (call && !call.isSaid) {
        call.waiting.add(news);
        setTimeout(() => {
          if (call.waiting.delete(news)) applyLate(news);
        }, PATIENCE);
      } else if (!call || !isLeftOut(call, news)) apply(news);
    },
  };
}

/** A name that nobody guesses, of 28 characters. */
export function randomName(): string {
  const words = crypto.getRandomValues(new Uint32Array(4));
  return Array.from(words, (word) => word.toString(36).padStart(7, "0")).join("");
}

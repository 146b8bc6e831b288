/**
 * A stream of events that is kept open (SPEC.md, section 17).
 * Invariant: a stream continues where the one before it was left, and that one is closed later.
 */

import { connect, type End, type News } from "./liveConnection.js";
import { isAmong, subscription } from "./liveHeld.js";
import type { Client } from "./types.js";

/** What a page hears. Items are those of liveHeld.ts. */
export interface Hear {
  /** From now on, and from position `from`, everything is told of these items but the refused. */
  readonly ready: (items: readonly string[], refused: readonly string[], from: string) => void;
  readonly news: (news: News) => void;
  readonly beat: (id: string) => void;
  /** Nothing is told of any more; everything was up to position `last`. */
  readonly down: (last: string) => void;
}

export interface Feed {
  /** Subscribes to these items, unless all are told of: then it says so anew. To none: closes. */
  readonly want: (items: ReadonlySet<string>, from?: string) => void;
  /** Forgets where it was: another user. */
  readonly reset: () => void;
  /** The page is seen, or (`isCut`) the network is back: does not wait any longer. */
  readonly wake: (isCut: boolean) => void;
  /** The page is put away. */
  readonly leave: () => void;
  /** The page is back. */
  readonly join: () => void;
}

interface Stream {
  readonly items: ReadonlySet<string>;
  readonly close: () => void;
  refused: readonly string[];
  last: string;
  /** When it was ready; 0: not yet. */
  readyAt: number;
}

const RETRY = 2_000;
const SHORTEST_RETRY = 500;
const LONGEST_DELAY = 30_000;
/** Where there are no events: how long until that is asked again. */
const OFF = 300_000;
/** How long a stream has to live for its end to be no failure. */
const LIFE = 10_000;
/** After so many failures pages help themselves. */
const MOST_FAILURES = 3;
/** Statuses of which another try may be answered otherwise. */
const PASSING = [0, 401, 408, 425, 429];

/** Keeps a stream open that begins at position `last`, if there is one. */
export function openFeed(client: Client, hear: Hear, last = ""): Feed {
  let wanted: ReadonlySet<string> = new Set();
  let current: Stream | undefined;
  let next: Stream | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let failures = 0;
  let retry = RETRY;
  /** Until when the server wants to be left alone. */
  let notBefore = 0;

  const stopWaiting = (): void => {
    clearTimeout(timer);
    timer = undefined;
  };
  const open = (): void => {
    stopWaiting();
    next?.close();
    if (current) last = current.last;
    const [path, items] = subscription(wanted);
    const close = connect(client, path, last, {
      onReady: (refused, id) => {
        stream.refused = refused;
        stream.readyAt = Date.now();
        stream.last ||= id;
        current?.close();
        current = stream;
        next = undefined;
        hear.ready([...items], refused, stream.last);
      },
      onNews: (news) => {
        stream.last = news.id ?? stream.last;
        hear.news(news);
      },
      onBeat: (id) => {
        stream.last = id;
        hear.beat(id);
      },
      onRetry: (ms) => {
        retry = Math.max(ms, SHORTEST_RETRY);
      },
      onEnd: (end) => {
        over(stream, end);
      },
    });
    const stream: Stream = { items, close, refused: [], last, readyAt: 0 };
    next = stream;
  };

  const over = (stream: Stream, end: End): void => {
    const { status = 0, after = 0, reason } = end;
    const isOff = !PASSING.includes(status) && (status < 500 || status === 501);
    if (stream === current) {
      last = stream.last;
      current = undefined;
    } else next = undefined;
    const hasLived = stream.readyAt > 0 && Date.now() - stream.readyAt >= LIFE;
    failures = hasLived ? 0 : failures + 1;
    if (!current && (isOff || failures >= MOST_FAILURES)) hear.down(last);
    // Another one is on its way.
    if (next) return;
    const most = Math.min(LONGEST_DELAY, retry * 2 ** failures);
    let delay = Math.random() * most;
    if (isOff) delay = OFF * (0.5 + Math.random());
    else if (hasLived && reason === "expired") delay = 0;
    notBefore = isOff ? Infinity : Date.now() + after;
    stopWaiting();
    timer = setTimeout(open, after + delay);
  };

  const leave = (): void => {
    stopWaiting();
    if (current) last = current.last;
    current?.close();
    next?.close();
    current = next = undefined;
  };
  const reset = (): void => {
    leave();
    wanted = new Set();
    failures = 0;
    hear.down(last);
    last = "";
  };

  return {
    want: (items, from) => {
      if (items.size === 0) {
        reset();
        return;
      }
      wanted = items;
      const has = next ?? current;
      if (!has || ![...items].every((each) => isAmong(each, has.items))) {
        last ||= from ?? "";
        // What failed is tried again when it is time.
        if (timer === undefined) open();
      } else if (has === current) hear.ready([...has.items], has.refused, has.last);
    },
    reset,
    wake: (isCut) => {
      if (timer === undefined ? isCut && current && !next : Date.now() >= notBefore) open();
    },
    leave,
    join: () => {
      if (wanted.size > 0) open();
    },
  };
}

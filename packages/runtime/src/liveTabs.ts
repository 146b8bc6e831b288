/**
 * One stream of events for all tabs (Web Locks, BroadcastChannel).
 * Invariant: the tab that has the lock has the stream; a tab that may have missed something says so.
 */

import { world } from "./exchange.js";
import { randomName } from "./liveCalls.js";
import type { News } from "./liveConnection.js";
import { openFeed, type Feed, type Hear } from "./liveFeed.js";
import type { Client } from "./types.js";

/** What the leader tells: which member of Hear, with what. */
type Told = { [K in keyof Hear]: { kind: K; args: Parameters<Hear[K]> } }[keyof Hear];

type Message =
  | Told
  | { readonly kind: "want"; readonly tab: string; readonly items: ReadonlySet<string> }
  | { readonly kind: "lead" | "alive" | "reset" };

type Timer = ReturnType<typeof setTimeout>;

const TICK = 10_000;
/** A leader of which nothing is heard for so long is frozen. */
const SILENCE = 45_000;
/** Tabs say within so many ms what they show. */
const GATHER = 100;
const EVERYTHING: News = { targets: ["*"], spread: 0, call: "" };

/** What tabs need, if the browser has it (pages of insecure origins have no locks). */
export function findLocks(): LockManager | undefined {
  return typeof BroadcastChannel === "undefined" ? undefined : world.navigator?.locks;
}

/** The part of this tab in the stream of all tabs that give the same name. */
export function joinTabs(client: Client, locks: LockManager, name: string, hear: Hear): Feed {
  const tab = randomName();
  const wants = new Map<string, ReadonlySet<string>>();
  let channel: BroadcastChannel;
  let ticker: Timer;
  let gathering: Timer | undefined;
  let mine: ReadonlySet<string> = new Set();
  let start: string | undefined;
  /** Where what this tab has heard ends. */
  let last = "";
  let feed: Feed | undefined;
  let heardAt = 0;
  let claim = new AbortController();
  let release = (): void => undefined;

  const post = (message: Message): void => {
    channel.postMessage(message);
  };
  const sayMine = (): void => {
    if (feed) gather();
    else post({ kind: "want", tab, items: mine });
  };
  const take = (told: Told): void => {
    const { kind, args } = told;
    if (kind === "beat") last = args[0];
    else if (kind === "ready") last = args[2];
    else if (kind === "news") last = args[0].id ?? last;
    (hear[kind] as (...args: unknown[]) => void)(...args);
  };
  const relay = (told: Told): void => {
    post(told);
    take(told);
  };
  const gather = (): void => {
    const leading = feed;
    if (!leading) return;
    gathering ??= setTimeout(() => {
      gathering = undefined;
      leading.want(new Set([...mine, ...[...wants.values()].flatMap((each) => [...each])]), start);
    }, GATHER);
  };
  const lead = (): void => {
    const hearing: Hear = {
      ready: (...args) => {
        relay({ kind: "ready", args });
      },
      news: (...args) => {
        relay({ kind: "news", args });
      },
      beat: (...args) => {
        relay({ kind: "beat", args });
      },
      down: (...args) => {
        relay({ kind: "down", args });
      },
    };
    feed = openFeed(client, hearing, last);
    wants.clear();
    post({ kind: "lead" });
    gather();
  };
  const follow = (): void => {
    clearTimeout(gathering);
    gathering = undefined;
    feed?.leave();
    feed = undefined;
  };
  const run = async (options: LockOptions, { signal }: AbortController): Promise<void> => {
    const hold = (): Promise<void> | undefined => {
      if (signal.aborted) return undefined;
      lead();
      return new Promise((resolve) => {
        release = resolve;
      });
    };
    try {
      await locks.request(name, options, hold);
    } catch (error) {
      if (signal.aborted) return;
      // Another tab took it; or this page may have no locks, and goes alone.
      if ((error as Error).name === "AbortError") {
        follow();
        claimLock(false);
      } else lead();
    }
  };
  const claimLock = (steal: boolean): void => {
    claim.abort();
    claim = new AbortController();
    heardAt = Date.now();
    void run(steal ? { steal } : { signal: claim.signal }, claim);
  };
  const onMessage = ({ data }: MessageEvent<Message>): void => {
    heardAt = Date.now();
    if (data.kind === "want") {
      wants.set(data.tab, data.items);
      gather();
    } else if (data.kind === "lead") sayMine();
    else if (data.kind === "reset") {
      feed?.reset();
      gather();
    } else if ("args" in data) take(data);
  };
  const join = (): void => {
    channel = new BroadcastChannel(name);
    channel.onmessage = onMessage;
    let tickedAt = Date.now();
    ticker = setInterval(() => {
      const now = Date.now();
      const isLate = now - tickedAt > 2 * TICK;
      tickedAt = now;
      if (feed) post({ kind: "alive" });
      // This tab was asleep itself, or is hidden and seldom run.
      else if (isLate) heardAt = now;
      else if (now - heardAt > SILENCE) claimLock(true);
    }, TICK);
    claimLock(false);
    sayMine();
  };
  join();
  return {
    want: (items, from) => {
      mine = items;
      start = from;
      sayMine();
    },
    reset: () => {
      if (feed) feed.reset();
      else {
        post({ kind: "reset" });
        hear.down(last);
      }
    },
    wake: (isCut) => {
      feed?.wake(isCut);
    },
    leave: () => {
      post({ kind: "want", tab, items: new Set() });
      claim.abort();
      follow();
      release();
      clearInterval(ticker);
      channel.close();
    },
    join: () => {
      join();
      hear.news(EVERYTHING);
    },
  };
}

/**
 * Pages that follow what others change (SPEC.md, section 17).
 * Invariant: what is mounted is told of by a stream, or read by polling while the page is seen.
 */

import { on } from "./client.js";
import { world } from "./exchange.js";
import { ownCalls } from "./liveCalls.js";
import { coverage } from "./liveCoverage.js";
import { openFeed, type Feed, type Hear } from "./liveFeed.js";
import { itemOf } from "./liveHeld.js";
import { findLocks, joinTabs } from "./liveTabs.js";
import { schedule } from "./store.js";
import type { Client, Entry, Feature } from "./types.js";

/** What is mounted within so many ms is subscribed to at once. */
const TOGETHER = 100;
/** How often a first subscription waits so for data, whose position tells where to begin. */
const MOST_WAITS = 20;
const EVENTS = ["online", "visibilitychange", "pagehide", "freeze", "pageshow", "resume"];

/** The feature: with the option `live`, what the server tells of is read anew. Needs a page. */
export const live: Feature = (client) => {
  const { live: option, baseUrl } = client.options;
  if (!option || !world.document) return;
  const { poll = 30_000, identity, onChange } = option === true ? {} : option;
  const told = coverage(client);
  const calls = ownCalls(told.apply);
  let isLive = false;
  const change = (is: boolean): void => {
    if (isLive === is) return;
    isLive = is;
    onChange?.(is);
  };
  const hear: Hear = {
    ready: (...args) => {
      told.ready(...args);
      change(true);
    },
    news: calls.hear,
    beat: () => undefined,
    down: (last) => {
      told.lose(last);
      change(false);
    },
  };
  const locks = findLocks();
  const join = (name: string): Feed =>
    locks ? joinTabs(client, locks, name, hear) : openFeed(client, hear);
  const nameOf = (): string => `mizan-live:${baseUrl}:${identity?.() ?? ""}`;
  let name = nameOf();
  let feed = join(name);
  let waits = 0;
  let isAny = false;
  let isAway = false;
  let timer: ReturnType<typeof setTimeout> | undefined;

  const subscribe = (): void => {
    timer = undefined;
    const entries = mounted(client);
    const isFirst = !entries.some(told.has);
    const isBusy = entries.some(({ flight, wanted }) => flight ?? wanted);
    if (isFirst && isBusy && (waits += 1) < MOST_WAITS) {
      sync();
      return;
    }
    waits = 0;
    const isMore = entries.length > 0;
    if (isMore ? !entries.every(told.has) : isAny) {
      feed.want(new Set(entries.map(itemOf)), told.start());
    }
    isAny = isMore;
  };
  const sync = (): void => {
    timer ??= setTimeout(subscribe, TOGETHER);
  };
  const pollAll = (): void => {
    setTimeout(pollAll, poll * (0.75 + Math.random() / 2));
    for (const entry of world.document?.hidden ? [] : mounted(client)) {
      if (!told.has(entry) && !entry.flight) entry.wanted ??= "poll";
    }
    schedule(client);
  };

  const { isPaused, idle, exchange } = client;
  // It is asked for whenever something was mounted.
  client.isPaused = () => {
    sync();
    return !!isPaused?.();
  };
  client.idle = (entry) => {
    idle?.(entry);
    sync();
  };
  client.exchange = async (request) => {
    if (request.path === "call/") return calls.send(request, exchange);
    const entry = [...client.instances.values()].find(
      ({ flight }) => flight && flight.signal === request.signal,
    );
    const end = entry && told.read(entry);
    let position: string | null = null;
    try {
      const reply = await exchange(request);
      if (!reply.error) position = reply.headers.get("X-Mizan-Event");
      return reply;
    } finally {
      end?.(position);
    }
  };
  on(client, ({ type }) => {
    if (type !== "reset") return;
    feed.reset();
    if (name !== nameOf()) {
      feed.leave();
      feed = join((name = nameOf()));
    }
    sync();
  });
  const onEvent = ({ type }: Event): void => {
    if (type === "online") feed.wake(true);
    else if (type === "visibilitychange") {
      if (!world.document?.hidden) feed.wake(false);
    } else if ((type === "pagehide" || type === "freeze") !== isAway) {
      isAway = !isAway;
      if (isAway) feed.leave();
      else feed.join();
    }
  };
  for (const type of EVENTS) world.addEventListener?.(type, onEvent, true);
  setTimeout(pollAll, poll);
};

function mounted({ instances }: Client): Entry[] {
  return [...instances.values()].filter(({ mounts }) => mounts);
}

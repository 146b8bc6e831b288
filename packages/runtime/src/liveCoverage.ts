/**
 * Which data is told of, and what was told already (SPEC.md, section 17).
 * Invariant: mounted data of which an event may have been missed is read anew, or read by polling.
 */

import { tell } from "./client.js";
import type { News } from "./liveConnection.js";
import { isAmong, itemOf } from "./liveHeld.js";
import { isAtLeast, oldest } from "./positions.js";
import { makeStale, schedule } from "./store.js";
import { matches } from "./targets.js";
import type { Client, Entry, MizanEvent } from "./types.js";

/** What made an instance stale, for developers' tools. */
const SOURCE = "event";

export interface Coverage {
  /** Whether an instance is told of. */
  readonly has: (entry: Entry) => boolean;
  /** Where the first subscription is to begin. */
  readonly start: () => string | undefined;
  /** From position `from` on these items are told of, but the refused. */
  readonly ready: (items: readonly string[], refused: readonly string[], from: string) => void;
  /** Nothing is told of any more; everything was up to position `last`. */
  readonly lose: (last: string) => void;
  readonly apply: (news: News) => void;
  /** A read begins; returns what is given the position of its reply. */
  readonly read: (entry: Entry) => (position: string | null) => void;
}

export function coverage(client: Client): Coverage {
  /** What is being read, and the last event of it that came meanwhile. */
  const reads = new Map<Entry, { event?: string }>();
  /** From where on an entry is told of. */
  let since = new Map<Entry, string>();

  const raise = (entry: Entry, position: string | null | undefined): void => {
    if (position && !isAtLeast(entry.event, position)) entry.event = position;
  };
  /** Data from before an entry was told of has to reach up to there. */
  const check = (entry: Entry): void => {
    const from = since.get(entry);
    if (from === undefined || isAtLeast(entry.event, from)) return;
    makeStale(client, entry, SOURCE);
  };

  return {
    has: (entry) => since.has(entry),
    start: () => {
      const mounted = [...client.instances.values()].filter(({ mounts }) => mounts);
      return oldest(mounted.flatMap(({ event }) => event ?? []));
    },
    ready: (items, refused, from) => {
      const told = new Set(items.filter((each) => !refused.includes(each)));
      const before = since;
      const entries = [...client.instances.values()].filter((each) => isAmong(itemOf(each), told));
      since = new Map(entries.map((each) => [each, before.get(each) ?? from]));
      for (const entry of entries) {
        const { flight, wanted, snapshot } = entry;
        // What is being read is looked at when it comes, what is to be read is late enough.
        if (!before.has(entry) && !flight && !wanted && snapshot.status !== "pending") check(entry);
      }
    },
    lose: (last) => {
      for (const entry of since.keys()) {
        // Of what is being read something may have been told that is not in its data.
        if (!reads.has(entry)) raise(entry, last);
      }
      since = new Map();
    },
    apply: ({ id, targets, spread }) => {
      const delay = spread * Math.random();
      const later: Entry[] = [];
      for (const entry of [...client.instances.values()]) {
        if (!targets.some((target) => matches(target, entry))) continue;
        // A gap is not made good by having its position.
        if (!targets.includes("*") && id) {
          if (isAtLeast(entry.event, id)) continue;
          const read = reads.get(entry);
          // The position of the reply will say whether that has it.
          if (read) {
            read.event = id;
            continue;
          }
        }
        raise(entry, id);
        const isIdle = !entry.flight && !entry.wanted;
        makeStale(client, entry, SOURCE);
        if (delay && isIdle) {
          entry.wanted = undefined;
          later.push(entry);
        }
      }
      const announce = (): void => {
        client.changed = true;
        tell<[MizanEvent]>(client.taps, { type: "invalidate", targets, source: SOURCE });
        for (const entry of later) {
          if (entry.snapshot.stale) entry.wanted ??= SOURCE;
        }
        schedule(client);
      };
      if (delay) setTimeout(announce, delay);
      else announce();
    },
    read: (entry) => {
      const { landed } = entry;
      const isTold = since.has(entry);
      const read: { event?: string } = {};
      reads.set(entry, read);
      return (position) => {
        if (reads.get(entry) === read) reads.delete(entry);
        // What landed meanwhile may be older than this reply, which is dropped.
        if (entry.landed === landed) raise(entry, position);
        if (read.event && !isAtLeast(entry.event, read.event)) {
          raise(entry, read.event);
          makeStale(client, entry, SOURCE);
        } else if (!isTold) check(entry);
      };
    },
  };
}

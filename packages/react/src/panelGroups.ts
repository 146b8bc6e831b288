/**
 * What was recorded, told as what people do: calls, pages shown, news from elsewhere.
 * Invariant: each request is in one group, the one of what caused it.
 */

import type { Target } from "@mizan/runtime";
import type { RecordedEvent } from "@mizan/runtime/devtools";

type Of<T extends RecordedEvent["type"]> = Extract<RecordedEvent, { type: T }>;

/** A request and, as soon as there is one, its reply. */
export interface Exchange {
  readonly request: Of<"request">;
  reply?: Of<"reply">;
}

/** What one click, page or piece of news led to. */
export interface Group {
  readonly key: string;
  /** The function of a call; otherwise the reason of the requests, or who said what is stale. */
  readonly title: string;
  readonly isCall: boolean;
  at: number;
  readonly exchanges: Exchange[];
  readonly invalidated: Of<"invalidate">[];
  readonly fresh: Of<"fresh">[];
}

/** Reads that begin within so many ms for one reason are of one page. */
const TOGETHER = 100;

/** Groups events; the oldest first. */
export function groupsOf(events: readonly RecordedEvent[]): Group[] {
  const groups: Group[] = [];
  const owners = new Map<number, Group>();
  const open = (title: string, { at }: RecordedEvent, isCall: boolean, id?: number): Group => {
    const key = `${at}:${id ?? title}`;
    const group: Group = { key, title, isCall, at, exchanges: [], invalidated: [], fresh: [] };
    groups.push(group);
    return group;
  };
  const take = (event: RecordedEvent): void => {
    switch (event.type) {
      case "request": {
        const isCall = event.path === "call/";
        const owner =
          (isCall ? undefined : causeOf(groups, event)) ??
          open(event.reason, event, isCall, event.id);
        owner.at = event.at;
        owner.exchanges.push({ request: event });
        owners.set(event.id, owner);
        return;
      }
      case "reply": {
        const found = owners
          .get(event.id)
          ?.exchanges.find(({ request }) => request.id === event.id);
        if (found) found.reply = event;
        return;
      }
      case "fresh":
        owners.get(event.id)?.fresh.push(event);
        return;
      case "invalidate":
        (sayerOf(groups, event.source) ?? open(event.source, event, false)).invalidated.push(event);
        return;
      case "reset":
        open("reset", event, false);
    }
  };
  events.forEach(take);
  return groups;
}

/** A target as it is written in the header, as far as people read it. */
export function textOf(target: Target): string {
  if (typeof target === "string") return target;
  const { context, function: name, params = {} } = target;
  const pairs = Object.entries(params).map(([key, value]) => `;${key}=${String(value)}`);
  return context + (name ? `/${name}` : "") + pairs.join("");
}

/** The call whose reply says what is stale, or that was lost. */
function sayerOf(groups: readonly Group[], source: string): Group | undefined {
  const name = source.replace(/ \(lost\)$/, "");
  const said = latest(groups, ({ title, isCall, invalidated }) => {
    return isCall && title === name && invalidated.length === 0;
  });
  return said ?? latest(groups, ({ title, isCall }) => isCall && title === name);
}

/** The group of what made an instance be read. */
function causeOf(groups: readonly Group[], { reason, at }: Of<"request">): Group | undefined {
  const said = latest(groups, ({ invalidated, title }) => {
    if (reason === "reset") return title === reason;
    return invalidated.some(({ source }) => source === reason);
  });
  if (said) return said;
  const last = groups.at(-1);
  return last?.title === reason && !last.isCall && at - last.at <= TOGETHER ? last : undefined;
}

function latest(groups: readonly Group[], isRight: (group: Group) => boolean): Group | undefined {
  return [...groups].reverse().find(isRight);
}

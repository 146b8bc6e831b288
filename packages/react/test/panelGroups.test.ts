import type { RecordedEvent } from "@mizan/runtime/devtools";
import { describe, expect, it } from "vitest";
import { groupsOf, textOf, type Group } from "../src/panelGroups.js";

type Bare<T> = T extends unknown ? Omit<T, "at"> & { at?: number } : never;

function events(...list: Bare<RecordedEvent>[]): RecordedEvent[] {
  return list.map((each) => ({ at: 0, ...each }));
}

function request(id: number, path: string, reason: string, at = 0): Bare<RecordedEvent> {
  return { type: "request", id, path, reason, held: undefined, at };
}

function reply(id: number, path = "call/"): Bare<RecordedEvent> {
  return { type: "reply", id, path, ms: 5, status: 200, headers: {}, landing: undefined };
}

function said(source: string, ...targets: string[]): Bare<RecordedEvent> {
  return { type: "invalidate", source, targets };
}

/** A group in short: its title, its requests (answered ones with a tick), what it made stale. */
function short({ title, exchanges, invalidated, fresh }: Group): string {
  const sent = exchanges.map((each) => `${each.request.id}${each.reply ? "✓" : ""}`);
  const stale = invalidated.flatMap(({ targets }) => targets.map(textOf));
  const used = fresh.map(({ key, used: isUsed }) => `${key}${isUsed ? "" : "✗"}`);
  return [title, sent.join(" "), stale.join(" "), used.join(" ")].join("|");
}

const shorts = (...list: Bare<RecordedEvent>[]): string[] => groupsOf(events(...list)).map(short);

describe("groupsOf", () => {
  it("puts what a call makes stale, and the reads that follow, with the call", () => {
    expect(
      shorts(
        request(1, "call/", "rename"),
        reply(1),
        said("rename", "user", "orders"),
        request(2, "ctx/orders/", "rename"),
        { type: "fresh", id: 1, key: "user/", used: true },
        { type: "fresh", id: 1, key: "cart/", used: false },
        reply(2, "ctx/orders/"),
      ),
    ).toEqual(["rename|1✓ 2✓|user orders|user/ cart/✗"]);
  });

  it("tells calls of one function apart, whichever is answered first", () => {
    const two = [request(1, "call/", "add"), request(2, "call/", "add")];
    expect(shorts(...two, reply(2), said("add", "cart"), reply(1), said("add", "cart"))).toEqual([
      "add|1✓|cart|",
      "add|2✓|cart|",
    ]);
  });

  it("knows a late reply, and one that was lost", () => {
    expect(
      shorts(
        request(1, "call/", "add"),
        said("add (lost)", "cart"),
        request(2, "ctx/cart/", "add (lost)"),
        reply(1),
        said("add", "cart"),
      ),
    ).toEqual(["add|1✓ 2|cart cart|"]);
  });

  it("puts together what a page reads at once, and apart what it reads later", () => {
    expect(
      shorts(
        request(1, "ctx/a/", "mount", 0),
        request(2, "ctx/b/", "mount", 90),
        request(3, "ctx/c/", "mount", 500),
        request(4, "ctx/c/", "interval", 510),
      ),
    ).toEqual(["mount|1 2||", "mount|3||", "interval|4||"]);
  });

  it("puts news from elsewhere and a reset with the reads that they cause", () => {
    expect(
      shorts(
        said("tab", "user"),
        request(1, "ctx/user/", "tab"),
        { type: "reset" },
        {
          ...request(2, "ctx/user/", "reset", 900),
        },
      ),
    ).toEqual(["tab|1|user|", "reset|2||"]);
  });

  it("puts a read with what made it stale, not with what was said later", () => {
    const read = request(1, "ctx/user/", "observe");
    expect(shorts(said("observe", "user"), said("tab", "cart"), read)).toEqual([
      "observe|1|user|",
      "tab||cart|",
    ]);
  });

  it("takes no call for the reason that it is named like", () => {
    const list = [request(1, "call/", "interval"), request(2, "ctx/user/", "interval")];
    expect(shorts(...list)).toEqual(["interval|1||", "interval|2||"]);
  });

  it("ignores what belongs to requests that are not recorded any more", () => {
    expect(shorts(reply(1), { type: "fresh", id: 1, key: "user/", used: true })).toEqual([]);
  });

  it("has a key for each group that stays while events are added", () => {
    const list = events(request(1, "call/", "add"), said("tab", "a"), said("observe", "a"));
    const keys = groupsOf(list).map(({ key }) => key);
    expect(new Set(keys).size).toBe(3);
    expect(groupsOf(list.slice(0, 2)).map(({ key }) => key)).toEqual(keys.slice(0, 2));
  });
});

describe("textOf", () => {
  it("writes targets as the header does", () => {
    expect(textOf("*")).toBe("*");
    expect(textOf({ context: "user", params: { user_id: 5, page: 1 } })).toBe(
      "user;user_id=5;page=1",
    );
    expect(textOf({ context: "user", function: "name" })).toBe("user/name");
  });
});

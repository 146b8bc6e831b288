import { afterEach, describe, expect, it, vi } from "vitest";
import { createClient, invalidate, registerContext, reset } from "../src/index.js";
import { tabs } from "../src/tabs.js";
import { network } from "./fake.js";

const ends: (() => void)[] = [];

function tab(name: string, identity = "ada") {
  const client = createClient({ baseUrl: "/api/", fetch: network().fetch });
  const user = registerContext(client, { name: "user" }, {});
  user.subscribe(() => undefined, { enabled: false });
  const heard = vi.fn();
  client.taps.add(heard);
  const end = tabs(client, { identity: () => identity, ...(name && { name }) });
  ends.push(end);
  return { client, user, heard, end };
}

function page(): EventTarget {
  const target = new EventTarget();
  vi.stubGlobal("addEventListener", target.addEventListener.bind(target));
  vi.stubGlobal("removeEventListener", target.removeEventListener.bind(target));
  return target;
}

afterEach(() => {
  for (const end of ends.splice(0)) end();
  vi.unstubAllGlobals();
});

describe("tabs", () => {
  it("tell tabs of the same identity what is stale, and nobody tells it again", async () => {
    page();
    const [one, two, other] = [tab("a"), tab("a"), tab("a", "bob")];
    invalidate(one.client, ["user"], "a call");
    await vi.waitFor(() => {
      expect(two.user.getSnapshot().stale).toBe(true);
    });
    expect(two.heard.mock.calls).toEqual([
      [{ type: "invalidate", targets: ["user"], source: "tab" }],
    ]);
    expect(one.heard).toHaveBeenCalledTimes(1);
    expect(other.heard).not.toHaveBeenCalled();
  });

  it("all hear of a reset", async () => {
    page();
    const [one, other] = [tab(""), tab("", "bob")];
    reset(one.client);
    await vi.waitFor(() => {
      expect(other.heard.mock.calls).toEqual([[{ type: "reset" }]]);
    });
    expect(one.heard).toHaveBeenCalledTimes(1);
  });

  it("take everything for stale when they come back from where they heard nothing", () => {
    const target = page();
    const { user, end } = tab("b");
    target.dispatchEvent(new Event("pageshow"));
    expect(user.getSnapshot().stale).toBe(false);
    const back = Object.assign(new Event("pageshow"), { persisted: true });
    target.dispatchEvent(back);
    const { generation } = user.getSnapshot();
    expect(generation).toBe(1);
    end();
    target.dispatchEvent(back);
    expect(user.getSnapshot().generation).toBe(1);
  });
});

import { describe, expect, it, vi } from "vitest";
import { record } from "../src/devtools.js";
import { hydrate } from "../src/hydrate.js";
import { createClient, mizanFetch, reset, type Slice } from "../src/index.js";
import { live } from "../src/live.js";
import { token } from "../src/token.js";
import { settled } from "./fake.js";
import { FIVE, followed, inBrowser, livePage, pass } from "./liveFake.js";

inBrowser();

describe("live", () => {
  it("subscribes to what is mounted, at once and from where its data is", async () => {
    const { net, show, stream } = livePage();
    await show(5, "e.10");
    await show(7, "e.9");
    expect(net.streams).toHaveLength(0);
    await pass(100);
    expect(stream().url).toMatch(/^\/api\/events\/\?held=/);
    expect(stream().held).toEqual(["user;user_id=5, user;user_id=7"]);
    expect(stream().headers.get("Last-Event-ID")).toBe("e.9");
    expect(stream().headers.get("Accept")).toBe("text/event-stream");
  });

  it("reads anew what an event names, and says so", async () => {
    const { net, client, show, stream, reading } = await followed();
    const recorder = record(client);
    await show(7, "e.1");
    await stream().send("invalidate", FIVE, "e.2");
    expect(reading()).toEqual(["user/?user_id=5"]);
    await net.last().reply({ v: 2 });
    expect(recorder.getEvents().filter(({ type }) => type !== "reply")).toMatchObject([
      { type: "request", reason: "mount" },
      { type: "invalidate", targets: FIVE.targets, source: "event" },
      { type: "request", path: "ctx/user/?user_id=5", reason: "event" },
    ]);
    await pass(100);
    expect(recorder.getEvents().at(-1)).toMatchObject({ type: "request", reason: "live" });
  });

  it("reads once what changes while it is read", async () => {
    const { net, user, stream } = await followed();
    await stream().send("invalidate", FIVE, "e.2");
    await stream().send("invalidate", FIVE, "e.3");
    const before = net.sent.length;
    await net.last().reply({ v: 2 }, { headers: { "X-Mizan-Event": "e.2" } });
    expect(net.sent).toHaveLength(before + 1);
    await net.last().reply({ v: 3 });
    expect(user(5).getSnapshot()).toMatchObject({ data: { v: 3 }, stale: false });
    expect(net.sent).toHaveLength(before + 1);
  });

  it("reads nothing more for what the reply to a read has", async () => {
    const { net, user, stream } = await followed();
    await stream().send("invalidate", FIVE, "e.2");
    await stream().send("invalidate", FIVE, "e.3");
    const before = net.sent.length;
    await net.last().reply({ v: 3 }, { headers: { "X-Mizan-Event": "e.3" } });
    expect(user(5).getSnapshot()).toMatchObject({ data: { v: 3 }, stale: false });
    await stream().send("invalidate", FIVE, "e.4");
    await stream().send("invalidate", { targets: ["*"], spread: 0 }, "e.5");
    await net.last().reply({ v: 5 }, { headers: { "X-Mizan-Event": "e.5" } });
    expect(user(5).getSnapshot()).toMatchObject({ data: { v: 5 }, stale: true });
    expect(net.sent).toHaveLength(before + 2);
    await stream().send("invalidate", FIVE, "e.6");
    await net.last().fail();
    expect(user(5).getSnapshot()).toMatchObject({ stale: true });
    expect(net.sent).toHaveLength(before + 3);
  });

  it("reads nothing for what its data has already", async () => {
    const { show, stream, reading } = livePage();
    await show(5, "e.7");
    await show(7, "e.5");
    await pass(100);
    await stream().ready("e.8");
    await stream().send("invalidate", { targets: ["user"], spread: 0 }, "e.6");
    expect(reading()).toEqual(["user/?user_id=7"]);
    await stream().send("invalidate", { targets: ["*"], spread: 0 }, "e.6");
    expect(reading()).toEqual(["user/?user_id=5", "user/?user_id=7"]);
  });

  it("asks for what came after the data of a page, and reads nothing else anew", async () => {
    const { net, client, user, stream, reading } = livePage();
    const brought = (user_id: number): Slice => ({ context: "user", params: { user_id }, data: 1 });
    hydrate(client, [brought(5)], "e.3");
    hydrate(client, [brought(7)]);
    for (const id of [5, 7]) user(id).subscribe(() => undefined);
    await pass(100);
    expect(stream().headers.get("Last-Event-ID")).toBe("e.3");
    await stream().ready("e.3");
    expect(reading()).toEqual(["user/?user_id=7"]);
    await stream().send("invalidate", FIVE, "e.3");
    expect(net.sent).toHaveLength(1);
    await stream().send("invalidate", FIVE, "e.4");
    expect(reading()).toEqual(["user/?user_id=5", "user/?user_id=7"]);
  });

  it("loses no event of what is read when the stream goes down", async () => {
    const { net, stream, reading } = await followed({ live: { poll: 1e9 } });
    await stream().send("invalidate", FIVE, "e.2");
    await stream().send("invalidate", FIVE, "e.3");
    await pass(20_000);
    await stream().cut();
    await pass(1_000);
    await stream().refuse(404);
    const { length } = net.sent;
    await net.last().reply({ v: 2 }, { headers: { "X-Mizan-Event": "e.2" } });
    expect(reading()).toEqual(["user/?user_id=5"]);
    expect(net.sent).toHaveLength(length + 1);
  });

  it("reads anew what was read before it was told of, where no position says otherwise", async () => {
    const { net, show, stream, reading } = livePage();
    await show(5);
    await pass(100);
    expect(stream().headers.get("Last-Event-ID")).toBeNull();
    expect(reading()).toEqual([]);
    await stream().ready("e.4");
    expect(reading()).toEqual(["user/?user_id=5"]);
    await net.last().reply({ v: 2 });
    await show(7, "e.3");
    await pass(100);
    expect(stream().headers.get("Last-Event-ID")).toBe("e.4");
    await stream().ready("e.9");
    expect(reading()).toEqual(["user/?user_id=7"]);
  });

  it("waits a while for data before it subscribes first, and looks at what comes later", async () => {
    const { net, user, stream, reading } = livePage();
    for (const id of [5, 7, 8]) user(id).subscribe(() => undefined);
    await pass(1_900);
    expect(net.streams).toHaveLength(0);
    await pass(100);
    await stream().ready("e.4");
    const [five, seven, eight] = net.sent;
    await five?.reply({ v: 1 }, { headers: { "X-Mizan-Event": "e.4" } });
    expect(reading()).toEqual(["user/?user_id=7", "user/?user_id=8"]);
    await seven?.reply({ v: 1 }, { headers: { "X-Mizan-Event": "e.3" } });
    await eight?.fail();
    expect(net.sent.slice(3).map(({ url }) => url)).toEqual([
      "/api/ctx/user/?user_id=7",
      "/api/ctx/user/?user_id=8",
    ]);
    await net.sent[3]?.reply({ v: 2 }, { headers: { "X-Mizan-Event": "e.3" } });
    expect(reading()).toEqual(["user/?user_id=8"]);
  });

  it("subscribes anew for what is mounted later, and closes the former stream when it may", async () => {
    const { net, show, user, stream } = await followed();
    const first = stream();
    await first.beat("e.3");
    await show(7, "e.3");
    await pass(100);
    expect(stream().held).toEqual(["user;user_id=5, user;user_id=7"]);
    expect(stream().headers.get("Last-Event-ID")).toBe("e.3");
    expect(first.isOpen()).toBe(true);
    await first.send("invalidate", FIVE, "e.4");
    await stream().ready("e.4");
    expect(first.isOpen()).toBe(false);
    // What is told by both is read once.
    await net.last().reply({ v: 2 });
    await stream().send("invalidate", FIVE, "e.4");
    expect(user(5).getSnapshot().stale).toBe(false);
    await pass(60_000 - 1);
    expect(net.streams.length).toBeGreaterThanOrEqual(2);
  });

  it("subscribes not anew for less, or for what it knows; and to nothing when nothing is shown", async () => {
    const { net, show, stream, stop } = await followed();
    const other = await show(7, "e.2");
    await pass(100);
    await stream().ready();
    stop();
    (await show(5, "e.2"))();
    await pass(100);
    expect(net.streams).toHaveLength(2);
    expect(stream().isOpen()).toBe(true);
    other();
    await pass(6_000);
    expect(stream().isOpen()).toBe(false);
    await show(5, "e.9");
    await pass(100);
    expect(stream().headers.get("Last-Event-ID")).toBe("e.9");
  });

  it("opens another stream at once if more is mounted while one is on its way", async () => {
    const { net, show, stream } = livePage();
    await show(5, "e.1");
    await pass(100);
    const first = stream();
    await show(7, "e.2");
    await pass(100);
    expect(first.isOpen()).toBe(false);
    expect(stream().held).toEqual(["user;user_id=5, user;user_id=7"]);
    (await show(7, "e.2"))();
    await pass(100);
    expect(net.streams).toHaveLength(2);
  });

  it("spreads what many are told, but shows at once that it is stale", async () => {
    const { net, client, user, stream, reading } = await followed();
    const heard = vi.fn();
    client.taps.add(heard);
    await stream().send("invalidate", { ...FIVE, spread: 1_000 }, "e.2");
    expect(user(5).getSnapshot().stale).toBe(true);
    await pass(499);
    expect([heard.mock.calls, reading()]).toEqual([[], []]);
    await pass(1);
    expect(heard).toHaveBeenCalledTimes(1);
    expect(reading()).toEqual(["user/?user_id=5"]);
    // What is being read has to be read again at once, as somebody may wait for it.
    await stream().send("invalidate", { ...FIVE, spread: 1_000 }, "e.3");
    await net.last().reply({ v: 2 });
    expect(reading()).toEqual(["user/?user_id=5"]);
    await net.last().reply({ v: 3 });
    await stream().send("invalidate", { ...FIVE, spread: 1e9 }, "e.4");
    const data = mizanFetch(client, { name: "user" }, { user_id: 5 });
    await settled();
    await net.last().reply({ v: 4 });
    expect(await data).toEqual({ v: 4 });
    const { length } = net.sent;
    await pass(5_000);
    expect(net.sent).toHaveLength(length);
  });

  it("takes what it cannot read for everything", async () => {
    const { user, stream } = await followed();
    const said = [
      "nothing",
      "null",
      '{"targets": 5}',
      '{"targets": [5]}',
      '{"targets": [null]}',
      '{"targets": [{"context": 5}]}',
      '{"targets": ["*"], "spread": "x", "call": 5}',
    ];
    for (const [at, data] of said.entries()) {
      await stream().raw(`event: invalidate\ndata: ${data}\n\n`);
      expect(user(5).getSnapshot().generation).toBe(at + 1);
    }
    await stream().raw("event: invalidate\nid: e.9\n\n");
    expect(user(5).getSnapshot().generation).toBe(said.length + 1);
  });

  it("does nothing where nobody wants it, or where there is no page", async () => {
    const off = createClient({ baseUrl: "/" }, live);
    vi.stubGlobal("document", undefined);
    const server = createClient({ baseUrl: "/", live: true }, live);
    const without = createClient({ baseUrl: "/" });
    for (const client of [off, server]) {
      expect(String(client.exchange)).toBe(String(without.exchange));
    }
    await pass(0);
    expect(vi.getTimerCount()).toBe(0);
  });

  it("says when it begins and ends to be told", async () => {
    const said: boolean[] = [];
    const onChange = (is: boolean): void => {
      said.push(is);
    };
    const { show, stream, stop } = await followed({ live: { onChange } });
    expect(said).toEqual([true]);
    const other = await show(7, "e.1");
    await pass(100);
    await stream().ready();
    expect(said).toEqual([true]);
    stop();
    other();
    await pass(100);
    expect(said).toEqual([true, false]);
  });

  it("forgets with everything else who was told what", async () => {
    const { net, client, stream } = await followed();
    const first = stream();
    // What is being read is somebody else's.
    await first.send("invalidate", FIVE, "e.2");
    reset(client);
    await settled();
    expect(first.isOpen()).toBe(false);
    await net.last().reply({ v: 2 }, { headers: { "X-Mizan-Event": "e.7" } });
    await pass(100);
    expect(stream().headers.get("Last-Event-ID")).toBe("e.7");
    expect(stream()).not.toBe(first);
  });

  it("sends the token, and obtains another once", async () => {
    const { net, client, show, stream } = livePage();
    let count = 0;
    token(client, {
      obtain: () => {
        count += 1;
        return Promise.resolve({ token: `t${count}`, expires_at: "2100-01-01" });
      },
    });
    await show(5, "e.1");
    await pass(100);
    expect(stream().headers.get("X-Mizan-Token")).toBe("t1");
    await stream().refuse(401);
    expect(stream().headers.get("X-Mizan-Token")).toBe("t2");
    await stream().refuse(401);
    expect(net.streams).toHaveLength(2);
    await pass(2_000);
    expect(net.streams.length).toBeGreaterThan(2);
  });
});

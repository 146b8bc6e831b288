import { describe, expect, it } from "vitest";
import { mizanCall } from "../src/index.js";
import { problem, settled } from "./fake.js";
import { FIVE, followed, happen, inBrowser, pass } from "./liveFake.js";

inBrowser();

describe("a call", () => {
  const reply = { result: 1, invalidate: FIVE.targets };
  const fresh = [{ context: "user", params: { user_id: 5 }, data: { v: 2 } }];

  it("costs one round trip: its own event is left out", async () => {
    const { net, client, user, stream } = await followed({ held: true });
    const { length } = net.sent;
    void mizanCall(client, "set", {});
    await settled();
    const call = net.last().headers.get("X-Mizan-Call") ?? "";
    expect(call).toMatch(/^[A-Za-z0-9_-]{8,32}$/);
    await stream().send("invalidate", { ...FIVE, call }, "e.2");
    await net.last().reply({ ...reply, fresh });
    await stream().send("invalidate", { ...FIVE, call }, "e.2");
    await pass(10_000);
    expect(net.sent).toHaveLength(length + 1);
    expect(user(5).getSnapshot()).toMatchObject({ data: { v: 2 }, stale: false });
  });

  it("whose data lands while it is read has not the position of what was read", async () => {
    const { net, client, user, stream, reading } = await followed({ held: true });
    void mizanCall(client, "set", {});
    await settled();
    const sent = net.last();
    const { generation } = user(5).getSnapshot();
    await pass(6_000);
    happen("visibilitychange");
    await settled();
    const read = net.last();
    await sent.reply({ result: 1, fresh });
    await read.reply({ v: 1 }, { headers: { "X-Mizan-Event": "e.9" } });
    expect(user(5).getSnapshot()).toMatchObject({ data: { v: 2 }, generation });
    await stream().send("invalidate", FIVE, "e.8");
    expect(reading()).toEqual(["user/?user_id=5"]);
  });

  it("of somebody else is applied", async () => {
    const { stream, reading } = await followed();
    await stream().send("invalidate", { ...FIVE, call: "somebody-elses" }, "e.2");
    expect(reading()).toEqual(["user/?user_id=5"]);
  });

  it("leaves out one event alone, however often that comes: others may use its name", async () => {
    const { net, client, user, stream, reading } = await followed({ held: true });
    void mizanCall(client, "set", {});
    await settled();
    const call = net.last().headers.get("X-Mizan-Call") ?? "";
    const { generation } = user(5).getSnapshot();
    const count = async (): Promise<number> => {
      await settled();
      if (reading().length > 0) await net.last().reply({ v: 2 });
      return user(5).getSnapshot().generation - generation;
    };
    await stream().send("invalidate", { ...FIVE, call }, "e.2");
    await stream().send("invalidate", { ...FIVE, call }, "e.2");
    await stream().send("invalidate", { ...FIVE, call }, "e.3");
    await net.last().reply({ result: 1 });
    expect(await count()).toBe(1);
    await stream().send("invalidate", { ...FIVE, call }, "e.2");
    expect(await count()).toBe(1);
    await net.last().reply({ v: 3 });
    await stream().send("invalidate", { ...FIVE, call }, "e.4");
    expect(await count()).toBe(2);
    await stream().send("invalidate", { ...FIVE, call });
    expect(await count()).toBe(3);
  });

  it("that is lost is made good by its event, before or after", async () => {
    const { net, client, user, stream } = await followed();
    for (const isBefore of [true, false]) {
      const { generation } = user(5).getSnapshot();
      void mizanCall(client, { name: "set", affects: () => [] }, {}).catch(() => undefined);
      await settled();
      const sent = net.last();
      const call = sent.headers.get("X-Mizan-Call") ?? "";
      if (isBefore) await stream().send("invalidate", { ...FIVE, call }, "e.2");
      expect(user(5).getSnapshot().generation).toBe(generation);
      await (isBefore ? sent.fail() : sent.reply(...problem("internal", 500)));
      if (!isBefore) await stream().send("invalidate", { ...FIVE, call }, "e.3");
      expect(user(5).getSnapshot().generation).toBe(generation + 1);
      await net.last().reply({ v: 3 });
    }
  });

  it("that is lost is made good by what was told before the stream went down", async () => {
    const { net, client, user, stream } = await followed();
    void mizanCall(client, { name: "set", affects: () => [] }, {}).catch(() => undefined);
    await settled();
    const sent = net.last();
    const call = sent.headers.get("X-Mizan-Call") ?? "";
    await stream().send("invalidate", { ...FIVE, call }, "e.2");
    await stream().cut();
    await pass(2_000);
    await stream().refuse(404);
    expect(user(5).getSnapshot().stale).toBe(false);
    await sent.fail();
    expect(user(5).getSnapshot().stale).toBe(true);
  });

  it("whose reply takes long does not keep its event waiting", async () => {
    const { net, client, user, stream } = await followed();
    void mizanCall(client, "set", {});
    await settled();
    const sent = net.last();
    const call = sent.headers.get("X-Mizan-Call") ?? "";
    await stream().send("invalidate", { ...FIVE, call }, "e.2");
    await pass(2_999);
    expect(user(5).getSnapshot().stale).toBe(false);
    await pass(1);
    expect(user(5).getSnapshot().stale).toBe(true);
  });

  it("is forgotten after many others", async () => {
    const { net, client, user, stream } = await followed({ held: false });
    const first: string[] = [];
    for (let count = 0; count < 501; count += 1) {
      void mizanCall(client, { name: "set", affects: () => [] }, {});
      await net.last().reply({ result: 1 });
      first.push(net.last().headers.get("X-Mizan-Call") ?? "");
    }
    await stream().send("invalidate", { ...FIVE, call: first[1] }, "e.2");
    expect(user(5).getSnapshot().stale).toBe(false);
    await stream().send("invalidate", { ...FIVE, call: first[0] }, "e.3");
    expect(user(5).getSnapshot().stale).toBe(true);
  });
});

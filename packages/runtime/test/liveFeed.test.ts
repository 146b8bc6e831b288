import { describe, expect, it, vi } from "vitest";
import { settled } from "./fake.js";
import { happen, inBrowser, livePage, type LivePage, pass } from "./liveFake.js";

inBrowser();

/** A page that asked for its first stream. */
async function asked(): Promise<LivePage> {
  const page = livePage({ live: { poll: 1e9 } });
  await page.show(5, "e.1");
  await pass(100);
  return page;
}

/** How long after something another stream is asked for, in ms: to 100 ms. */
async function delayOf(page: LivePage): Promise<number> {
  const { length } = page.net.streams;
  for (let ms = 0; ; ms += 100) {
    if (page.net.streams.length > length) return ms;
    await pass(100);
  }
}

describe("a stream that is cut", () => {
  it("is continued where it was left", async () => {
    const page = await asked();
    await page.stream().ready("e.5");
    await pass(20_000);
    await page.stream().beat("e.6");
    await page.stream().cut();
    expect(await delayOf(page)).toBe(1_000);
    expect(page.stream().headers.get("Last-Event-ID")).toBe("e.6");
    expect(page.reading()).toEqual([]);
  });

  it("by a proxy that ends it well is continued, too", async () => {
    const page = await asked();
    await page.stream().ready("e.5");
    await page.stream().end();
    expect(await delayOf(page)).toBe(2_000);
  });

  it("before what was missed is told again is continued from before that", async () => {
    const page = await asked();
    await page.stream().ready("e.5");
    await page.stream().cut();
    await delayOf(page);
    expect(page.stream().headers.get("Last-Event-ID")).toBe("e.1");
  });

  it("again and again is asked for ever later, and data is read by polling", async () => {
    const page = livePage({ live: { poll: 10_000 } });
    await page.show(5, "e.1");
    await pass(100);
    const delays: number[] = [];
    for (let count = 0; count < 6; count += 1) {
      if (count === 4) await page.stream().ready();
      await page.stream().cut();
      delays.push(await delayOf(page));
    }
    expect(delays).toEqual([2_000, 4_000, 8_000, 15_000, 15_000, 15_000]);
    expect(page.reading()).toEqual(["user/?user_id=5"]);
  });

  it("is asked for within what the server says", async () => {
    const page = await asked();
    await page.stream().raw("retry: 4000\n\nretry: 0\n\n");
    await page.stream().cut();
    expect(await delayOf(page)).toBe(500);
    await page.stream().raw("retry: 4000\n\n");
    await page.stream().ready();
    await pass(10_000);
    await page.stream().cut();
    expect(await delayOf(page)).toBe(2_000);
  });
});

describe("a server", () => {
  it.each([
    ["7", 7_000],
    [new Date(Date.UTC(2030, 0, 1, 0, 0, 9)).toUTCString(), 9_000],
    ["99999999999", 86_400_000],
    ["soon", 0],
  ])("that wants to be left alone (%s) is", async (field, wait) => {
    vi.setSystemTime(Date.UTC(2030, 0, 1));
    const page = await asked();
    vi.setSystemTime(Date.UTC(2030, 0, 1));
    await page.stream().refuse(503, { "Retry-After": field });
    happen("online");
    expect(page.net.streams).toHaveLength(wait ? 1 : 2);
    if (wait) expect(await delayOf(page)).toBe(wait + 2_000);
  });

  it("that ends a stream of which the time is over is asked for another at once", async () => {
    const page = await asked();
    await page.stream().ready();
    await pass(20_000);
    await page.stream().send("end", { reason: "expired" });
    expect(page.stream().isOpen()).toBe(false);
    expect(await delayOf(page)).toBeLessThanOrEqual(100);
    // One that was over as soon as it began would be so for ever.
    await page.stream().ready();
    await page.stream().send("end", { reason: "expired" });
    expect(await delayOf(page)).toBe(2_000);
  });

  it("that is stopped is left alone for a moment", async () => {
    const page = await asked();
    await page.stream().ready();
    await pass(20_000);
    const event = "event: invalidate\nid: e.9\n\n";
    await page.stream().raw(`event: end\ndata: {"reason":"shutdown"}\n\n${event}`);
    expect(page.reading()).toEqual([]);
    expect(await delayOf(page)).toBe(1_000);
  });

  it("that is silent for too long is asked anew; nothing of the former stream is heard", async () => {
    const page = await asked();
    const first = page.stream();
    await first.raw('event: ready\nid: e.1\ndata: {"heartbeat": 2}\n\n');
    await pass(4_000);
    await first.beat("e.2");
    await pass(5_000);
    expect(first.isOpen()).toBe(true);
    await pass(5_000);
    expect(first.isOpen()).toBe(false);
    await delayOf(page);
    expect(page.stream().headers.get("Last-Event-ID")).toBe("e.2");
  });

  it("that says nothing at first is given half a minute", async () => {
    const page = await asked();
    await pass(30_000);
    expect(page.stream().isOpen()).toBe(true);
    await pass(5_000);
    expect(page.net.streams[0]?.isOpen()).toBe(false);
  });

  it("that names no position, and says nothing that can be read, is listened to", async () => {
    const page = await asked();
    await page.stream().raw("event: ready\ndata: {\n\nevent: other\n\nevent: invalidate\n\n");
    expect(page.reading()).toEqual(["user/?user_id=5"]);
    const other = livePage();
    await other.show(5);
    await pass(100);
    await other.stream().raw('event: ready\ndata: {"heartbeat": -1}\n\n');
    await other.net.last().reply({ v: 2 });
    await other.stream().raw("event: invalidate\n\n");
    expect(other.reading()).toEqual(["user/?user_id=5"]);
    await other.stream().cut();
    await delayOf(other);
    expect(other.stream().headers.get("Last-Event-ID")).toBeNull();
  });
});

describe("a page", () => {
  it("that wakes sees that it has slept", async () => {
    const page = await asked();
    await page.stream().ready();
    vi.setSystemTime(Date.now() + 3_600_000);
    await pass(5_000);
    expect(page.net.streams[0]?.isOpen()).toBe(false);
    happen("visibilitychange");
    expect(page.net.streams).toHaveLength(2);
  });

  it("whose network is back asks for another stream, before it closes the former one", async () => {
    const page = await asked();
    happen("online");
    expect(page.net.streams).toHaveLength(1);
    await page.stream().ready();
    happen("visibilitychange");
    expect(page.net.streams).toHaveLength(1);
    happen("online");
    happen("online");
    expect(page.net.streams).toHaveLength(2);
    expect(page.net.streams[0]?.isOpen()).toBe(true);
    await page.stream().ready();
    expect(page.net.streams[0]?.isOpen()).toBe(false);
  });

  it("that cannot have more keeps what it has, and then asks for all", async () => {
    const page = await asked();
    await page.stream().ready();
    await page.show(7, "e.1");
    await pass(100);
    await page.stream().refuse(422);
    await page.show(8, "e.1");
    await pass(10_000);
    expect(page.net.streams).toHaveLength(2);
    const first = page.net.streams[0];
    expect(first?.isOpen()).toBe(true);
    await first?.send("invalidate", { targets: ["user"], spread: 0 }, "e.2");
    expect(page.reading()).toHaveLength(3);
    await first?.cut();
    expect(await delayOf(page)).toBeLessThanOrEqual(2_000);
    expect(page.stream().held).toEqual(["user;user_id=5, user;user_id=7, user;user_id=8"]);
  });

  it("whose stream is cut while another is on its way waits for that", async () => {
    const page = await asked();
    await page.stream().ready();
    await page.show(7, "e.1");
    await pass(100);
    await page.net.streams[0]?.cut();
    await pass(20_000);
    expect(page.net.streams).toHaveLength(2);
    await page.stream().ready();
    expect(page.reading()).toEqual([]);
  });

  it("that does not wait because it is seen is not kept from trying", async () => {
    const page = await asked();
    await page.stream().cut();
    happen("visibilitychange");
    await settled();
    expect(page.net.streams).toHaveLength(2);
    vi.stubGlobal("document", { hidden: true });
    await page.stream().cut();
    happen("visibilitychange");
    expect(page.net.streams).toHaveLength(2);
  });

  it("that is put away has no stream, and continues when it is back", async () => {
    const page = await asked();
    await page.stream().ready();
    await page.stream().beat("e.3");
    happen("pageshow");
    happen("pagehide");
    happen("freeze");
    expect(page.stream().isOpen()).toBe(false);
    happen("resume");
    happen("pageshow");
    expect(page.net.streams).toHaveLength(2);
    expect(page.stream().headers.get("Last-Event-ID")).toBe("e.3");
    happen("freeze");
    expect(page.stream().isOpen()).toBe(false);
    const empty = livePage();
    happen("pagehide");
    happen("pageshow");
    expect(empty.net.streams).toEqual([]);
  });
});

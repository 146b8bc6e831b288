import { describe, expect, it, vi } from "vitest";
import { createClient } from "../src/index.js";
import { live } from "../src/live.js";
import { network } from "./fake.js";
import { happen, inBrowser, livePage, pass } from "./liveFake.js";

inBrowser();

describe("polling", () => {
  it("reads what nothing tells of, while the page is seen", async () => {
    const page = { hidden: true };
    vi.stubGlobal("document", page);
    const { net, show, stream, reading } = livePage({ live: { poll: 1_000 } });
    await show(5, "e.1");
    await show(7, "e.1");
    await pass(100);
    const refused = [{ context: "user", params: { user_id: "7" }, status: 403 }, 5];
    await stream().ready("e.1", { refused });
    await pass(5_000);
    expect(reading()).toEqual([]);
    page.hidden = false;
    await pass(1_000);
    expect(reading()).toEqual(["user/?user_id=7"]);
    const { length } = net.sent;
    await pass(1_000);
    expect(net.sent).toHaveLength(length);
    expect(net.streams).toHaveLength(1);
  });

  it.each([404, 501, 403])(
    "takes the place of events after %s, which are tried later",
    async (status) => {
      const { net, user, show, stream } = livePage({ live: { poll: 60_000 } });
      await show(5, "e.1");
      await pass(100);
      await stream().refuse(status);
      happen("online");
      await pass(60_000);
      await net.last().reply({ v: 2 }, { headers: { "X-Mizan-Event": "e.3" } });
      expect(user(5).getSnapshot().data).toEqual({ v: 2 });
      await pass(230_000);
      expect(net.streams).toHaveLength(1);
      await pass(20_000);
      expect(net.streams).toHaveLength(2);
      await stream().ready("e.5");
    },
  );

  it("takes the place of a stream that is none", async () => {
    const { net, show, stream } = livePage();
    await show(5, "e.1");
    await pass(100);
    await stream().raw("<html>", "text/html");
    await pass(200_000);
    expect(net.streams).toHaveLength(1);
    const empty = network();
    const client = createClient(
      {
        baseUrl: "/",
        live: true,
        fetch: (url, init) =>
          url.includes("events/")
            ? Promise.resolve(
                new Response(null, { headers: { "Content-Type": "text/event-stream" } }),
              )
            : empty.fetch(url, init),
      },
      live,
    );
    expect(client.exchange).toBeDefined();
  });
});

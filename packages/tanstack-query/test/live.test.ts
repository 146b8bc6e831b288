import { createClient } from "@mizan/runtime";
import { live } from "@mizan/runtime/live";
import { QueryClient } from "@tanstack/react-query";
import { expect, it } from "vitest";
import { connect, contextKey, contextOptions } from "../src/index.js";
import { inBrowser, liveNetwork, pass } from "../../runtime/test/liveFake.js";
import { settled, show, user } from "./page.js";

inBrowser();

it("queries follow what others change, with one read each", async () => {
  const net = liveNetwork();
  const client = createClient({ baseUrl: "/api/", fetch: net.fetch, live: true }, live);
  const queryClient = new QueryClient();
  const end = connect(client, queryClient);
  const options = contextOptions(client, user, { user_id: 5 });
  const hide = show(queryClient, options);
  await settled();
  await net.last().reply({ v: 1 }, { headers: { "X-Mizan-Event": "e.1" } });
  await pass(100);
  expect(net.streams.map(({ held }) => held)).toEqual([["user;page=1;user_id=5"]]);
  await net.streams[0]?.ready("e.1");
  const targets = [{ context: "user", params: { user_id: 5 } }];
  await net.streams[0]?.send("invalidate", { targets, spread: 0 }, "e.2");
  expect(net.sent).toHaveLength(2);
  await net.last().reply({ v: 2 });
  expect(queryClient.getQueryData(contextKey(user, { user_id: 5 }))).toEqual({ v: 2 });
  await pass(1_000);
  expect(net.sent).toHaveLength(2);
  hide();
  end();
});

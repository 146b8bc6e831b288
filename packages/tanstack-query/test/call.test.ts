/** Calls: what their replies, or the lack of one, do to queries; overlapping ones; a reset. */

import { mizanCall, reset } from "@mizan/runtime";
import { describe, expect, it, vi } from "vitest";
import { callOptions, contextOptions } from "../src/index.js";
import { FRESH, mutate, optimistic, shown } from "./calling.js";
import { answer, page, problem, settled, show, STALE, updateUser, user } from "./page.js";

describe("a call", () => {
  it("makes queries stale, and what is shown is fetched", async () => {
    const at = await shown();
    const done = mutate(at.queryClient, callOptions(at.client, updateUser), 1);
    await settled();
    expect(at.net.last()).toMatchObject({
      url: "/api/call/",
      body: { function: "update_user", args: { user_id: 5, v: 1 } },
    });
    expect(at.net.last().headers.get("X-Mizan-Held")).toBe("user;page=1;user_id=5");
    await answer(at, { result: { v: 1 }, invalidate: STALE });
    expect(await done).toEqual({ v: 1 });
    expect(at.state()).toMatchObject({ isInvalidated: true, fetchStatus: "fetching" });
    await answer(at, { v: 1 });
    expect(at.state()).toMatchObject({ data: { v: 1 }, isInvalidated: false, fetchStatus: "idle" });
    expect(at.net.sent).toHaveLength(3);
  });

  it("puts fresh data into queries, without a request", async () => {
    const at = await shown();
    void mutate(at.queryClient, callOptions(at.client, updateUser), 1);
    await settled();
    await answer(at, FRESH(1));
    expect(at.state()).toMatchObject({ data: { v: 1 }, isInvalidated: false, fetchStatus: "idle" });
    expect(at.net.sent).toHaveLength(2);
  });

  it("that was not made by a mutation does the same", async () => {
    const at = await shown();
    const done = mizanCall(at.client, updateUser, { user_id: 5, v: 1 });
    await settled();
    await answer(at, FRESH(1));
    await done;
    expect(at.state()).toMatchObject({ data: { v: 1 }, isInvalidated: false });
    expect(at.net.sent).toHaveLength(2);
  });

  it("leaves alone what it did not make stale", async () => {
    const at = await shown();
    const other = contextOptions(at.client, user, { user_id: 6 });
    show(at.queryClient, other);
    await settled();
    await answer(at, { v: 60 });
    const before = at.queryClient.getQueryState(other.queryKey);
    void mutate(at.queryClient, callOptions(at.client, updateUser), 1);
    await settled();
    await answer(at, { result: null, invalidate: STALE });
    await answer(at, { v: 1 });
    expect(at.net.sent).toHaveLength(4);
    expect(at.queryClient.getQueryState(other.queryKey)).toBe(before);
  });

  it("that is lost makes stale what it affects", async () => {
    const at = await shown();
    const done = mutate(at.queryClient, callOptions(at.client, updateUser), 1);
    await settled();
    await at.net.last().fail();
    await expect(done).rejects.toMatchObject({ code: "client.network" });
    await answer(at, { v: 1 });
    expect(at.state()).toMatchObject({ data: { v: 1 }, isInvalidated: false });
  });

  it("that is refused changes nothing, and rejects with its code", async () => {
    const at = await shown();
    const done = mutate(at.queryClient, callOptions(at.client, updateUser), 1);
    await settled();
    await at.net.last().reply(...problem("app.taken", 409));
    await expect(done).rejects.toMatchObject({ code: "app.taken", status: 409 });
    await settled();
    expect(at.net.sent).toHaveLength(2);
    expect(at.state()).toMatchObject({ data: { v: 0 }, isInvalidated: false });
  });

  it("is never sent twice, whatever the QueryClient says of mutations", async () => {
    const at = await shown();
    at.queryClient.setDefaultOptions({ mutations: { retry: 3, retryDelay: 0 } });
    const done = mutate(at.queryClient, callOptions(at.client, updateUser), 1);
    await settled();
    await at.net.last().fail();
    await expect(done).rejects.toMatchObject({ code: "client.network" });
    expect(at.net.sent.filter(({ url }) => url === "/api/call/")).toHaveLength(1);
  });

  it("holds nothing and waits as long as it is told", async () => {
    const at = await shown();
    const options = callOptions(at.client, updateUser, { held: false, timeout: 1 });
    const done = mutate(at.queryClient, options, 1);
    await expect(done).rejects.toMatchObject({ code: "client.timeout" });
    expect(at.net.sent[1]?.headers.has("X-Mizan-Held")).toBe(false);
  });
});

describe("overlapping calls", () => {
  it("discard what the other overtook, and fetch", async () => {
    const at = await shown();
    void mutate(at.queryClient, callOptions(at.client, updateUser), 1);
    void mutate(at.queryClient, callOptions(at.client, updateUser), 2);
    await settled();
    const [, first, second] = at.net.sent;
    await second?.reply(FRESH(2));
    await first?.reply(FRESH(1));
    expect(at.state()).toMatchObject({ data: { v: 2 }, isInvalidated: true });
    expect(at.net.sent).toHaveLength(4);
    await answer(at, { v: 3 });
    expect(at.state()).toMatchObject({ data: { v: 3 }, isInvalidated: false });
  });
});

describe("a reset", () => {
  it("takes all data away, and fetches what is shown", async () => {
    const at = await shown();
    const other = contextOptions(at.client, user, { user_id: 6 });
    const loaded = at.queryClient.query(other);
    await settled();
    await answer(at, { v: 60 });
    await loaded;
    reset(at.client);
    expect(at.state()).toMatchObject({ data: undefined, status: "pending" });
    expect(at.queryClient.getQueryData(other.queryKey)).toBeUndefined();
    await settled();
    await answer(at, { v: 1 });
    expect(at.state()).toMatchObject({ data: { v: 1 }, isInvalidated: false });
    expect(at.net.sent).toHaveLength(3);
  });

  it("during a fetch is followed by another, whose data the waiting get", async () => {
    const at = page();
    const options = contextOptions(at.client, user, { user_id: 5 });
    show(at.queryClient, options);
    await settled();
    const waiting = at.queryClient.query(options);
    reset(at.client);
    await settled();
    await answer(at, { v: 1 });
    expect(await waiting).toEqual({ v: 1 });
  });

  it("leaves nothing of a user whose call fails later", async () => {
    const at = await shown();
    const onError = vi.fn();
    void mutate(at.queryClient, { ...optimistic(at), onSettled: onError }, 1);
    await settled();
    const call = at.net.last();
    reset(at.client);
    await settled();
    await answer(at, { v: 50 });
    expect(at.state()?.data).toEqual({ v: 50 });
    await call.reply(...problem("app.taken", 409));
    expect(onError).toHaveBeenCalled();
    expect(at.state()?.data).toEqual({ v: 50 });
  });
});

/** Calls: what their replies, or the lack of one, do to queries; overlapping ones; optimistic data. */

import { invalidate, mizanCall, reset } from "@mizan/runtime";
import { change, mizanOptimistic } from "@mizan/runtime/optimistic";
import { MutationObserver, type QueryClient } from "@tanstack/react-query";
import { describe, expect, it, vi } from "vitest";
import { callOptions, contextKey, contextOptions } from "../src/index.js";
import {
  answer,
  page,
  problem,
  settled,
  show,
  STALE,
  updateUser,
  user,
  type User,
} from "./page.js";

const key = contextKey(user, { user_id: 5 });
const FRESH = (v: number) => ({
  result: { v },
  invalidate: STALE,
  fresh: [{ context: "user", params: { page: 1, user_id: 5 }, data: { v } }],
});

/** A page that shows a user at version 0. */
async function shown() {
  const at = page();
  const options = contextOptions(at.client, user, { user_id: 5 }, { staleTime: Infinity });
  const hide = show(at.queryClient, options);
  await settled();
  await answer(at, { v: 0 });
  const state = () => at.queryClient.getQueryState<User>(key);
  return { ...at, options, hide, state };
}

type Shown = Awaited<ReturnType<typeof shown>>;

/** The pattern of TanStack Query's guide: written at once, rolled back when the call fails. */
function optimistic({ client, queryClient }: Pick<Shown, "client" | "queryClient">) {
  return callOptions(client, updateUser, {
    onMutate: async ({ v }) => {
      await queryClient.cancelQueries({ queryKey: key });
      const previous = queryClient.getQueryData<User>(key);
      queryClient.setQueryData<User>(key, { v });
      return { previous };
    },
    onError: (_error, _args, context) => {
      queryClient.setQueryData(key, context?.previous);
    },
  });
}

function mutate(queryClient: QueryClient, options: object, v: number): Promise<unknown> {
  const observer = new MutationObserver(queryClient, options);
  const done = observer.mutate({ user_id: 5, v } as never);
  done.catch(() => undefined);
  return done;
}

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

describe("optimistic data", () => {
  it("is shown at once, and gives way to the server's", async () => {
    const at = await shown();
    void mutate(at.queryClient, optimistic(at), 1);
    await settled();
    expect(at.state()?.data).toEqual({ v: 1 });
    await answer(at, FRESH(7));
    expect(at.state()).toMatchObject({ data: { v: 7 }, isInvalidated: false });
  });

  it("is rolled back when the call is refused", async () => {
    const at = await shown();
    void mutate(at.queryClient, optimistic(at), 1);
    await settled();
    await at.net.last().reply(...problem("app.taken", 409));
    expect(at.state()).toMatchObject({ data: { v: 0 }, isInvalidated: false });
    expect(at.net.sent).toHaveLength(2);
  });

  it("is fetched over when the reply is lost", async () => {
    const at = await shown();
    void mutate(at.queryClient, optimistic(at), 1);
    await settled();
    await at.net.last().fail();
    expect(at.state()).toMatchObject({ data: { v: 0 }, isInvalidated: true });
    await answer(at, { v: 1 });
    expect(at.state()).toMatchObject({ data: { v: 1 }, isInvalidated: false });
  });

  it("stays while older data lands, and other calls are over", async () => {
    const at = await shown();
    void mutate(at.queryClient, optimistic(at), 1);
    void mutate(at.queryClient, optimistic(at), 2);
    await settled();
    const [, first, second] = at.net.sent;
    await first?.reply({ result: { v: 1 }, invalidate: STALE });
    await answer(at, { v: 1 });
    expect(at.state()?.data).toEqual({ v: 2 });
    await second?.reply({ result: { v: 2 }, invalidate: STALE });
    await answer(at, { v: 2 });
    expect(at.state()).toMatchObject({ data: { v: 2 }, isInvalidated: false });
    expect(at.net.sent).toHaveLength(5);
  });

  it("that is rolled back leaves nothing older than what the server has shown", async () => {
    const at = await shown();
    void mutate(at.queryClient, optimistic(at), 1);
    void mutate(at.queryClient, optimistic(at), 2);
    await settled();
    const [, first, second] = at.net.sent;
    await first?.reply(FRESH(7));
    expect(at.state()?.data).toEqual({ v: 2 });
    await second?.reply(...problem("app.taken", 409));
    expect(at.state()).toMatchObject({ data: { v: 7 }, isInvalidated: false });
    expect(at.net.sent).toHaveLength(3);
  });

  it("that cancelled a refetch ends with what that refetch brought", async () => {
    const at = await shown();
    void at.queryClient.refetchQueries({ queryKey: key });
    await settled();
    const refetch = at.net.last();
    void mutate(at.queryClient, optimistic(at), 1);
    await settled();
    await refetch.reply({ v: 5 });
    expect(at.state()?.data).toEqual({ v: 1 });
    await at.net.last().reply(...problem("app.taken", 409));
    expect(at.state()).toMatchObject({ data: { v: 5 }, isInvalidated: false });
  });

  it("gives way to a fetch that the page asks for", async () => {
    const at = await shown();
    void mutate(at.queryClient, optimistic(at), 1);
    await settled();
    void at.queryClient.refetchQueries({ queryKey: key });
    await settled();
    await answer(at, { v: 4 });
    expect(at.state()?.data).toEqual({ v: 4 });
    invalidate(at.client, "user");
    await settled();
    await answer(at, { v: 5 });
    expect(at.state()).toMatchObject({ data: { v: 5 }, isInvalidated: false });
  });

  it("where there was none, and the call is refused, leaves a query that loads", async () => {
    const at = page();
    void mutate(at.queryClient, optimistic(at), 1);
    await settled();
    const call = at.net.last();
    show(at.queryClient, contextOptions(at.client, user, { user_id: 5 }, { staleTime: Infinity }));
    await settled();
    const state = () => at.queryClient.getQueryState(key);
    expect(state()).toMatchObject({ data: { v: 1 } });
    await call.reply(...problem("app.taken", 409));
    expect(state()).toMatchObject({ data: undefined, status: "pending", fetchStatus: "fetching" });
    await answer(at, { v: 0 });
    expect(state()).toMatchObject({ data: { v: 0 }, fetchStatus: "idle" });
    expect(at.net.sent).toHaveLength(2);
  });

  it("of the runtime is shown too, and replayed over what lands", async () => {
    const at = await shown();
    const more = change(user, { user_id: 5 }, ({ v }) => ({ v: v + 100 }));
    const done = mizanOptimistic(at.client, updateUser, { user_id: 5, v: 1 }, [more]);
    await settled();
    expect(at.state()?.data).toEqual({ v: 100 });
    await answer(at, FRESH(1));
    await done;
    expect(at.state()?.data).toEqual({ v: 1 });
  });

  it("of what the call did not make stale stays as the page wrote it", async () => {
    const at = await shown();
    const options = callOptions(at.client, updateUser, {
      onSuccess: (result) => {
        at.queryClient.setQueryData(key, result);
      },
    });
    void mutate(at.queryClient, options, 1);
    await settled();
    await answer(at, { result: { v: 1 } });
    expect(at.state()?.data).toEqual({ v: 1 });
  });

  it("outlives a mutation that is removed", async () => {
    const at = await shown();
    void mutate(at.queryClient, optimistic(at), 1);
    await settled();
    const call = at.net.last();
    at.queryClient.getMutationCache().clear();
    expect(at.state()?.data).toEqual({ v: 1 });
    await call.reply({ result: { v: 1 }, invalidate: STALE });
    await answer(at, { v: 2 });
    expect(at.state()?.data).toEqual({ v: 2 });
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

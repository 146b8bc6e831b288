/**
 * Invalidations while a fetch of the query is on its way. Each case runs with TanStack Query alone
 * too, which loses most of them: with the adapter none is lost.
 */

import { invalidate, observe } from "@mizan/runtime";
import { QueryClient } from "@tanstack/react-query";
import { describe, expect, it } from "vitest";
import { contextOptions } from "../src/index.js";
import { network, page, settled, show, user, type Page, type User } from "./page.js";

type Options = ReturnType<typeof contextOptions<{ user_id: number }, User>>;

/** A page, its query, and what an invalidation by the server does. */
interface Case extends Omit<Page, "client" | "end"> {
  readonly options: Options;
  readonly stale: () => void;
}

function adapted(): Case {
  const { net, client, queryClient } = page();
  const options = contextOptions(client, user, { user_id: 5 });
  const stale = (): void => {
    invalidate(client, "user");
  };
  return { net, queryClient, options, stale };
}

function alone(): Case {
  const net = network();
  const queryClient = new QueryClient({ defaultOptions: { queries: { retry: false } } });
  const queryKey = ["mizan", "user", { user_id: "5" }] as unknown as Options["queryKey"];
  const queryFn = async (): Promise<User> =>
    (await net.fetch("/api/ctx/user/?user_id=5", {})).json() as Promise<User>;
  const stale = (): void => {
    void queryClient.invalidateQueries({ queryKey: ["mizan", "user"] });
  };
  return { net, queryClient, options: { queryKey, queryFn }, stale };
}

/** What is left when every request has been answered: the server is at 2 when it is invalidated. */
async function play(
  make: () => Case,
  begin: (at: Case) => Promise<void> | void,
): Promise<{ data: User | undefined; isInvalidated: boolean; at: Case }> {
  const at = make();
  await begin(at);
  await settled();
  const open = at.net.sent.length;
  at.stale();
  await settled();
  await at.net.sent[open - 1]?.reply({ v: 1 });
  for (let sent = open; sent < at.net.sent.length; sent += 1)
    await at.net.sent[sent]?.reply({ v: 2 });
  await settled();
  const { data, isInvalidated = false } =
    at.queryClient.getQueryState<User>(at.options.queryKey) ?? {};
  return { data, isInvalidated, at };
}

/** Loads the query first. */
async function load(at: Case): Promise<void> {
  const loaded = at.queryClient.query(at.options);
  await settled();
  await at.net.last().reply({ v: 0 });
  await loaded;
}

const cases: Record<string, (at: Case) => Promise<void> | void> = {
  "the first load": ({ queryClient, options }) => {
    show(queryClient, options);
  },
  "a prefetch": ({ queryClient, options }) => {
    queryClient.query(options).catch(() => undefined);
  },
  "a refetch that nobody shows": async (at) => {
    await load(at);
    void at.queryClient.query(at.options);
  },
  "the load of a component that has gone": ({ queryClient, options }) => {
    show(queryClient, options)();
  },
  "the refetch of a component that has gone": async (at) => {
    await load(at);
    show(at.queryClient, at.options)();
  },
};

describe.each(Object.entries(cases))("an invalidation during %s", (_, begin) => {
  it("is lost by TanStack Query alone", async () => {
    const { data, isInvalidated } = await play(alone, begin);
    expect({ data, isInvalidated }).toEqual({ data: { v: 1 }, isInvalidated: false });
  });

  it("is followed by another fetch", async () => {
    const { data, isInvalidated, at } = await play(adapted, begin);
    expect({ data, isInvalidated }).toEqual({ data: { v: 2 }, isInvalidated: false });
    expect(at.queryClient.isFetching()).toBe(0);
  });
});

describe("an invalidation during a refetch that is shown", () => {
  const begin = async (at: Case): Promise<void> => {
    await load(at);
    show(at.queryClient, at.options);
  };

  it.each([
    ["TanStack Query alone", alone],
    ["the adapter", adapted],
  ])("is followed by another fetch, with %s", async (_, make) => {
    expect(await play(make, begin)).toMatchObject({ data: { v: 2 }, isInvalidated: false });
  });

  it("waits for the first: there are never two fetches at once", async () => {
    const at = adapted();
    await begin(at);
    await settled();
    at.stale();
    at.stale();
    await settled();
    expect(at.net.sent).toHaveLength(2);
    await at.net.last().reply({ v: 1 });
    expect(at.net.sent).toHaveLength(3);
    // What was overtaken is shown, but not as fresh.
    expect(at.queryClient.getQueryState(at.options.queryKey)).toMatchObject({
      data: { v: 1 },
      isInvalidated: true,
      fetchStatus: "fetching",
    });
    await at.net.last().reply({ v: 2 });
    expect(at.net.sent).toHaveLength(3);
    expect(at.queryClient.getQueryState(at.options.queryKey)).toMatchObject({
      data: { v: 2 },
      isInvalidated: false,
      fetchStatus: "idle",
    });
  });
});

describe("a query that was invalidated", () => {
  const written = async (make: () => Case): Promise<Case> => {
    const at = make();
    await load(at);
    at.stale();
    at.queryClient.setQueryData(at.options.queryKey, { v: 9 });
    return at;
  };

  it("is taken for fresh by TanStack Query alone when the page writes to it", async () => {
    const at = await written(alone);
    expect(at.queryClient.getQueryState(at.options.queryKey)?.isInvalidated).toBe(false);
  });

  it("stays invalidated whatever the page writes to it", async () => {
    const at = await written(adapted);
    expect(at.queryClient.getQueryState(at.options.queryKey)?.isInvalidated).toBe(true);
  });

  it("stays so when its fetch is cancelled, and gets its data all the same", async () => {
    const at = adapted();
    await load(at);
    show(at.queryClient, { ...at.options, staleTime: Infinity });
    at.stale();
    await settled();
    await at.queryClient.cancelQueries({ queryKey: at.options.queryKey });
    const state = () => at.queryClient.getQueryState(at.options.queryKey);
    expect(state()).toMatchObject({ isInvalidated: true, fetchStatus: "idle" });
    await at.net.last().reply({ v: 2 });
    expect(state()).toMatchObject({ data: { v: 2 }, isInvalidated: false });
  });

  it("is fetched when it is shown, even where refetchOnMount says otherwise", async () => {
    const at = adapted();
    await load(at);
    at.stale();
    await settled();
    expect(at.net.sent).toHaveLength(1);
    show(at.queryClient, { ...at.options, refetchOnMount: false, staleTime: "static" });
    await settled();
    await at.net.last().reply({ v: 2 });
    expect(at.queryClient.getQueryState(at.options.queryKey)).toMatchObject({
      data: { v: 2 },
      isInvalidated: false,
    });
  });
});

describe("what the page asks for by itself", () => {
  it.each(["invalidateQueries", "refetchQueries"] as const)(
    "by %s during a fetch is followed by another fetch",
    async (method) => {
      const at = adapted();
      await load(at);
      show(at.queryClient, at.options);
      await settled();
      expect(at.net.sent).toHaveLength(2);
      void at.queryClient[method]({ queryKey: ["mizan"] });
      await settled();
      expect(at.net.sent).toHaveLength(2);
      await at.net.last().reply({ v: 1 });
      expect(at.net.sent).toHaveLength(3);
      await at.net.last().reply({ v: 2 });
      expect(at.queryClient.getQueryState(at.options.queryKey)).toMatchObject({
        data: { v: 2 },
        isInvalidated: false,
      });
    },
  );

  it("by invalidateQueries during a prefetch is followed by another fetch", async () => {
    const at = adapted();
    at.queryClient.query(at.options).catch(() => undefined);
    await settled();
    void at.queryClient.invalidateQueries({ queryKey: ["mizan"] });
    await at.net.last().reply({ v: 1 });
    await at.net.last().reply({ v: 2 });
    expect(at.net.sent).toHaveLength(2);
    expect(at.queryClient.getQueryData(at.options.queryKey)).toEqual({ v: 2 });
  });

  it("with refetchType none is not fetched", async () => {
    const at = adapted();
    await load(at);
    show(at.queryClient, { ...at.options, staleTime: Infinity });
    await at.queryClient.invalidateQueries({ queryKey: ["mizan"], refetchType: "none" });
    await settled();
    expect(at.net.sent).toHaveLength(1);
    expect(at.queryClient.getQueryState(at.options.queryKey)?.isInvalidated).toBe(true);
  });
});

it("hears of a header that one fetched oneself", async () => {
  const { net, client, queryClient } = page();
  const options = contextOptions(client, user, { user_id: 5 });
  const loaded = queryClient.query(options);
  await settled();
  await net.last().reply({ v: 0 });
  await loaded;
  const header = (value: string) => new Response("", { headers: { "X-Mizan-Invalidate": value } });
  const isInvalidated = () => queryClient.getQueryState(options.queryKey)?.isInvalidated;
  observe(client, header("user;user_id=6, list"));
  expect(isInvalidated()).toBe(false);
  observe(client, header("user;user_id=5"));
  expect(isInvalidated()).toBe(true);
});

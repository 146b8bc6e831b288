import { invalidate, prefetch, registerContext } from "@mizan/runtime";
import { tabs } from "@mizan/runtime/tabs";
import {
  dehydrate,
  hydrate,
  QueryClient,
  QueryObserver,
  type DehydratedState,
} from "@tanstack/react-query";
import { describe, expect, it, vi } from "vitest";
import { connect, contextOptions } from "../src/index.js";
import { answer, page, settled, show, user } from "./page.js";

describe("connect", () => {
  it("is needed before the first query, which says so", async () => {
    const { client } = page();
    const options = contextOptions(client, user, { user_id: 5 });
    const queryClient = new QueryClient({ defaultOptions: { queries: { retry: false } } });
    await expect(queryClient.query(options)).rejects.toThrow("call connect(client, queryClient)");
    connect(page().client, queryClient);
    await expect(queryClient.query(options)).rejects.toThrow("does not follow this client");
  });

  it("is refused while there is another connection", () => {
    const { client, queryClient, end } = page();
    expect(() => connect(client, queryClient)).toThrow("is connected to a client");
    end();
    expect(connect(client, queryClient)).toBeTypeOf("function");
  });

  it("follows queries that were there before, until it is ended", async () => {
    const at = page();
    const options = contextOptions(at.client, user, { user_id: 5 });
    at.end();
    at.queryClient.setQueryData(options.queryKey, { v: 0 });
    at.queryClient.setQueryData(["another"], 1);
    const end = connect(at.client, at.queryClient);
    show(at.queryClient, { ...options, staleTime: Infinity });
    await settled();
    expect(at.net.sent).toHaveLength(0);
    invalidate(at.client, "user");
    expect(at.queryClient.getQueryState(options.queryKey)?.isInvalidated).toBe(true);
    await settled();
    await answer(at, { v: 1 });
    end();
    invalidate(at.client, "user");
    await settled();
    expect(at.queryClient.getQueryState(options.queryKey)?.isInvalidated).toBe(false);
    expect(at.net.sent).toHaveLength(1);
  });

  it("leaves queries with other keys alone", () => {
    const { client, queryClient } = page();
    for (const key of [["mizan"], ["mizan", "user"], ["mizan", 5, {}], ["todos", "user", {}]]) {
      queryClient.setQueryData(key, 1);
    }
    expect(client.instances.size).toBe(0);
  });
});

it("hears of other tabs", async () => {
  vi.stubGlobal("addEventListener", () => undefined);
  vi.stubGlobal("removeEventListener", () => undefined);
  const [here, there] = [page(), page()];
  const identity = () => "ada";
  const ends = [tabs(here.client, { identity }), tabs(there.client, { identity })];
  const options = contextOptions(here.client, user, { user_id: 5 });
  here.queryClient.setQueryData(options.queryKey, { v: 0 });
  const isInvalidated = () => here.queryClient.getQueryState(options.queryKey)?.isInvalidated;
  invalidate(there.client, { context: "user", params: { user_id: 6 } });
  invalidate(there.client, { context: "user", params: { user_id: "5" } });
  expect(isInvalidated()).toBe(false);
  await vi.waitUntil(isInvalidated);
  for (const end of ends) end();
  vi.unstubAllGlobals();
});

describe("a query", () => {
  it("keeps its instance mounted for as long as it is shown and enabled", async () => {
    const { client, queryClient, net } = page();
    const options = contextOptions(client, user, { user_id: 5 });
    const observer = new QueryObserver(queryClient, { ...options, enabled: false });
    const hide = observer.subscribe(() => undefined);
    const [entry] = client.instances.values();
    expect(entry?.mounts).toBe(0);
    observer.setOptions({ ...options, enabled: true });
    await settled();
    await net.last().reply({ v: 1 });
    expect(entry?.mounts).toBe(1);
    hide();
    expect(entry?.mounts).toBe(0);
    queryClient.removeQueries();
    expect(entry?.listeners.size).toBe(0);
  });

  it("takes data that a server rendered, and gives it to the runtime", async () => {
    const server = page();
    const loaded = server.queryClient.query(contextOptions(server.client, user, { user_id: 5 }));
    await settled();
    await answer(server, { v: 1 });
    await loaded;
    const { client, queryClient, net } = page();
    const state = JSON.stringify(dehydrate(server.queryClient));
    hydrate(queryClient, JSON.parse(state) as DehydratedState);
    const options = contextOptions(client, user, { user_id: 5 }, { staleTime: Infinity });
    const before = queryClient.getQueryState(options.queryKey)?.dataUpdatedAt;
    show(queryClient, options);
    await settled();
    expect(net.sent).toHaveLength(0);
    expect(registerContext(client, user, { user_id: 5 }).getSnapshot().data).toEqual({ v: 1 });
    expect(queryClient.getQueryState(options.queryKey)?.dataUpdatedAt).toBe(before);
  });

  it("shows what others have the runtime fetch", async () => {
    const at = page();
    const options = contextOptions(at.client, user, { user_id: 5 }, { staleTime: Infinity });
    show(at.queryClient, options);
    await settled();
    await answer(at, { v: 1 });
    void prefetch(at.client, user, { user_id: 5 }, { staleTime: 0 });
    await settled();
    await answer(at, { v: 2 });
    const { updatedAt } = registerContext(at.client, user, { user_id: 5 }).getSnapshot();
    expect(at.queryClient.getQueryState(options.queryKey)).toMatchObject({
      data: { v: 2 },
      dataUpdatedAt: updatedAt,
    });
  });

  it("fails as the read does, and can be tried again", async () => {
    const at = page();
    const options = contextOptions(at.client, user, { user_id: 5 });
    const failed = at.queryClient.query(options);
    const refused = expect(failed).rejects.toMatchObject({ code: "forbidden", status: 403 });
    await settled();
    await at.net.last().reply({ code: "forbidden" }, { status: 403 });
    await refused;
    const loaded = at.queryClient.query(options);
    await settled();
    await answer(at, { v: 1 });
    expect(await loaded).toEqual({ v: 1 });
  });
});

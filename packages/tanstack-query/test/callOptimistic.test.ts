/** Calls whose data is shown before their reply. */

import { invalidate } from "@mizan/runtime";
import { change, mizanOptimistic } from "@mizan/runtime/optimistic";
import { describe, expect, it } from "vitest";
import { callOptions, contextOptions } from "../src/index.js";
import { FRESH, key, mutate, optimistic, shown } from "./calling.js";
import { answer, page, problem, settled, show, STALE, updateUser, user } from "./page.js";

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

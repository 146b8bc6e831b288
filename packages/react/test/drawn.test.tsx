// @vitest-environment jsdom
import type { ContextOptions, ContextResult } from "@mizan/react";
import { invalidate, mizanCall } from "@mizan/runtime";
import { setData } from "@mizan/runtime/data";
import { act, cleanup } from "@testing-library/react";
import { memo } from "react";
import { afterEach, describe, expect, it, vi } from "vitest";
import { answer, page, settle, USER, type User } from "./support.js";
import { ADA, useUser, Watch } from "./watch.js";

afterEach(cleanup);

describe("what is drawn", () => {
  /** Draws of a component that reads what `show` does, after the data of Ada has landed. */
  async function drawn<S = User>(
    show: (result: ContextResult<S>) => unknown,
    options: ContextOptions<User, S> = {},
  ) {
    const seen: unknown[] = [];
    const opened = page(<Watch seen={seen} show={show} {...options} />, { strict: false });
    await settle();
    await answer(opened, ADA);
    seen.length = 0;
    const again = async (data: unknown): Promise<unknown[]> => {
      act(() => {
        invalidate(opened.client, "user");
      });
      await settle();
      await answer(opened, data);
      return seen;
    };
    return { opened, seen, again };
  }

  it("is nothing where the data is as it was", async () => {
    const { again } = await drawn(({ data }) => data);
    expect(await again({ ...ADA, orders: [1, 2] })).toEqual([]);
    expect(await again({ ...ADA, orders: [1, 2, 3] })).toHaveLength(1);
  });

  it("is nothing for members that were not read", async () => {
    const { again } = await drawn(({ isPending }) => isPending);
    expect(await again({ ...ADA, name: "Grace" })).toEqual([]);
  });

  it("is what was read, at once", async () => {
    const { again } = await drawn(({ data, isFetching }) => [data?.name, isFetching]);
    expect(await again(ADA)).toEqual([
      ["Ada", true],
      ["Ada", false],
    ]);
  });

  it("is up to date where a member is read for the first time later", async () => {
    const results: ContextResult<User>[] = [];
    const { opened, again, seen } = await drawn((result) => {
      results.push(result);
      return result.data?.name;
    });
    act(() => {
      invalidate(opened.client, "user");
    });
    expect(results.at(-1)?.isStale).toBe(true);
    await settle();
    await answer(opened, ADA);
    expect(seen).toEqual(["Ada"]);
    expect(results.at(-1)?.isStale).toBe(false);
    await again({ ...ADA, name: "Grace" });
    expect(seen.at(-1)).toBe("Grace");
  });

  it("is nothing for what a selector does not select", async () => {
    const { again } = await drawn<unknown>(({ data }) => data, {
      select: ({ name }) => ({ name }),
    });
    expect(await again({ ...ADA, orders: [] })).toEqual([]);
    expect(await again({ ...ADA, name: "Grace" })).toEqual([{ name: "Grace" }]);
  });

  it("is what another selector selects", async () => {
    const seen: unknown[] = [];
    const opened = page(<Watch<unknown> seen={seen} select={({ name }) => name} />);
    await settle();
    await answer(opened, ADA);
    opened.draw(<Watch<unknown> seen={seen} select={({ orders }) => orders} />);
    expect(seen.at(-1)).toEqual([1, 2]);
  });

  it("is compared as the option says", async () => {
    const { again } = await drawn(({ data }) => data, { isEqual: Object.is });
    expect(await again({ ...ADA })).toHaveLength(1);
    const { again: rarely } = await drawn(({ data }) => data, { isEqual: () => true });
    expect(await rarely({ ...ADA, name: "Grace" })).toEqual([]);
  });

  it("is one draw for a call whose reply brings the data", async () => {
    const { opened, seen } = await drawn(({ data, isFetching, isStale }) => [
      data?.name,
      isFetching || isStale,
    ]);
    const work = mizanCall(opened.client, "rename", {});
    await settle();
    const fresh = [{ context: "user", params: { user_id: 5 }, data: { ...ADA, name: "Grace" } }];
    await answer(opened, { result: null, invalidate: ["user"], fresh });
    await work;
    expect(seen).toEqual([["Grace", false]]);
  });

  it("is the same object for children while nothing changes that they read", async () => {
    const child = vi.fn(({ result }: { result: ContextResult<User> }) => (
      <p>{result.data?.name}</p>
    ));
    const Child = memo(child);
    const Parent = () => <Child result={useUser({ user_id: 5 })} />;
    const opened = page(<Parent />, { strict: false });
    await settle();
    await answer(opened, ADA);
    const { length } = child.mock.calls;
    opened.draw(<Parent />);
    expect(child.mock.calls).toHaveLength(length);
    expect(opened.container.textContent).toBe("Ada");
  });

  it("has optimistic data at once", async () => {
    const { opened, seen } = await drawn(({ data }) => data?.name);
    act(() => {
      setData(opened.client, USER, { user_id: 5 }, { ...ADA, name: "Grace" });
    });
    expect(seen).toEqual(["Grace"]);
  });
});

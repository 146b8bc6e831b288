// @vitest-environment jsdom
import { infiniteHook } from "@mizan/react/infinite";
import { mizanCall, reset } from "@mizan/runtime";
import { setData } from "@mizan/runtime/data";
import { act, cleanup } from "@testing-library/react";
import { afterEach, describe, expect, expectTypeOf, it } from "vitest";
import { problem } from "../../runtime/test/fake.js";
import { cursors, FEED, list, rows, text } from "./infiniteList.js";
import { answer, page, settle } from "./support.js";

afterEach(cleanup);

const useNumbered = infiniteHook<{ page?: number; shop: number }, number[], "page">(
  { name: "numbered", defaults: { page: 1 } },
  {
    pageParam: "page",
    initialPageParam: 1,
    getNextPageParam: (last, pages) => (last.length ? pages.length + 1 : undefined),
  },
);

describe("infiniteHook", () => {
  it("fetches page after page as it is asked to", async () => {
    const { opened, now, more } = await list();
    expect(now()).toMatchObject({ pages: [], status: "pending", isPending: true });
    expect(now()).toMatchObject({ isFetching: true, isFetchingNextPage: false });
    await more();
    expect(opened.net.sent).toHaveLength(1);
    await answer(opened, rows("ab", "2"));
    expect(now()).toMatchObject({ status: "success", hasNextPage: true, isFetching: false });
    await more();
    expect(now()).toMatchObject({ isFetchingNextPage: true, hasNextPage: true, isStale: false });
    await answer(opened, rows("cd"));
    expect(now()).toMatchObject({ isFetchingNextPage: false, hasNextPage: false });
    await more();
    expect(text(opened)).toBe("abcd");
    expect(cursors(opened)).toEqual(["0", "2"]);
  });

  it("fetches its pages anew in order, with the parameters that they now give", async () => {
    const { opened, now, strike, three } = await list();
    await three();
    await strike();
    expect(cursors(opened, 3)).toEqual(["0"]);
    expect(now()).toMatchObject({ isStale: true, isFetching: true, isFetchingNextPage: false });
    await answer(opened, rows("xa", "9"));
    expect(text(opened)).toBe("abcdef");
    expect(cursors(opened, 3)).toEqual(["0", "9"]);
    await answer(opened, rows("bc", "3"));
    expect(text(opened)).toBe("abcdef");
    await answer(opened, rows("df"));
    expect(text(opened)).toBe("xabcdf");
    expect(cursors(opened, 3)).toEqual(["0", "9", "3"]);
    expect(now()).toMatchObject({ isStale: false, isFetching: false, hasNextPage: false });
  });

  it("fetches the pages alone that changed where nothing else moved", async () => {
    const { opened, strike, three } = await list();
    await three();
    await strike("2");
    await answer(opened, rows("CD", "3"));
    await strike("3", "2");
    expect(text(opened)).toBe("abCDef");
    await answer(opened, rows("Cd", "3"));
    await answer(opened, rows("eF"));
    expect(text(opened)).toBe("abCdeF");
    expect(cursors(opened, 3)).toEqual(["2", "2", "3"]);
  });

  it("gets shorter, and longer again", async () => {
    const { opened, now, more, strike, three } = await list();
    await three();
    await strike();
    await answer(opened, rows("a"));
    expect(text(opened)).toBe("a");
    expect(now().hasNextPage).toBe(false);
    await strike();
    await answer(opened, rows("ab", "5"));
    await answer(opened, rows("cd", "6"));
    await answer(opened, rows("ef", "7"));
    expect(text(opened)).toBe("abcdef");
    await more();
    await answer(opened, rows("g"));
    expect(text(opened)).toBe("abcdefg");
  });

  it("begins anew when an invalidation strikes on the way", async () => {
    const { opened, strike, three } = await list();
    await three();
    await strike();
    await answer(opened, rows("1", "2"));
    const second = opened.net.last();
    await strike();
    expect(cursors(opened, 3)).toEqual(["0", "2", "0"]);
    await act(() => second.reply(rows("lost", "3")));
    await answer(opened, rows("!", "2"));
    expect(cursors(opened, 3)).toEqual(["0", "2", "0", "2"]);
    await answer(opened, rows("?"));
    expect(text(opened)).toBe("!?");
  });

  it("takes fresh pages from the reply of a call, in no further request", async () => {
    const { opened, three } = await list();
    await three();
    const work = mizanCall(opened.client, "add", {});
    expect(opened.net.last().headers.get("X-Mizan-Held")).toBe(
      "feed;cursor=0, feed;cursor=2, feed;cursor=3",
    );
    const fresh = [
      { context: "feed", params: { cursor: "0" }, data: rows("AB", "2") },
      { context: "feed", params: { cursor: "2" }, data: rows("CD", "3") },
      { context: "feed", params: { cursor: "3" }, data: rows("EF") },
    ];
    await answer(opened, { result: null, invalidate: ["feed"], fresh });
    await work;
    await settle();
    expect(text(opened)).toBe("ABCDEF");
    expect(opened.net.sent).toHaveLength(4);
  });

  it("shows an error beside the pages, and tries anew when asked for more", async () => {
    const { opened, now, more } = await list();
    await answer(opened, rows("ab", "2"));
    await more();
    await answer(opened, ...problem("internal", 500));
    expect(now()).toMatchObject({ status: "error", isFetchingNextPage: false, hasNextPage: true });
    expect(now().error?.code).toBe("internal");
    expect(text(opened)).toBe("ab");
    await more();
    expect(now().isFetchingNextPage).toBe(true);
    await answer(opened, rows("cd"));
    expect(now()).toMatchObject({ status: "success", error: undefined });
    expect(text(opened)).toBe("abcd");
  });

  it("shows optimistic data at once", async () => {
    const { opened, three } = await list();
    await three();
    act(() => {
      setData(opened.client, FEED, { cursor: "2" }, rows("++", "3"));
    });
    expect(text(opened)).toBe("ab++ef");
  });

  it("leaves nothing of another user", async () => {
    const { opened, three } = await list();
    await three();
    act(() => {
      reset(opened.client);
    });
    expect(text(opened)).toBe("");
    await settle();
    await answer(opened, rows("z"));
    expect(text(opened)).toBe("z");
  });

  it("is another list for other parameters", async () => {
    const { opened, three, Feed } = await list();
    await three();
    opened.draw(<Feed kind="x" />);
    expect(text(opened)).toBe("");
    await settle();
    expect(opened.net.last().url).toBe("/api/ctx/feed/?cursor=0&kind=x");
    await answer(opened, rows("x"));
    expect(text(opened)).toBe("x");
  });

  it("fetches nothing while it is not enabled, or when nobody shows it", async () => {
    const { opened, now } = await list({ enabled: false });
    expect(opened.net.sent).toHaveLength(0);
    opened.unmount();
    now().fetchNextPage();
    const { opened: other, strike, three } = await list();
    await three();
    other.unmount();
    await strike();
    expect(other.net.sent).toHaveLength(3);
  });

  it("fetches old pages anew when it mounts, as staleTime says", async () => {
    const { opened, three, Feed } = await list({ staleTime: 0 });
    await three();
    const { length } = opened.net.sent;
    opened.draw(null);
    opened.draw(<Feed />);
    await settle();
    expect(cursors(opened, length)).toEqual(["0"]);
  });

  it("draws nothing for what is as it was", async () => {
    const { opened, seen, three, strike } = await list({ strict: false });
    await three();
    seen.length = 0;
    act(() => {
      setData(opened.client, { name: "feed" }, { cursor: "8" }, rows("no page of it"));
    });
    expect(seen).toHaveLength(0);
    await strike("8");
    expect(seen).toHaveLength(0);
  });

  it("counts pages, and types parameters", async () => {
    const Numbered = () => {
      const { pages, fetchNextPage } = useNumbered({ shop: 3 });
      expectTypeOf(pages).toEqualTypeOf<readonly number[][]>();
      expectTypeOf(useNumbered).parameter(0).toEqualTypeOf<{ shop: number }>();
      return <button onClick={fetchNextPage}>{pages.flat().join("")}</button>;
    };
    const opened = page(<Numbered />);
    await settle();
    expect(opened.net.last().url).toBe("/api/ctx/numbered/?page=1&shop=3");
    await answer(opened, [1, 2]);
    act(() => {
      opened.getByRole("button").click();
    });
    await settle();
    expect(opened.net.last().url).toBe("/api/ctx/numbered/?page=2&shop=3");
    await answer(opened, [3]);
    expect(text(opened)).toBe("123");
  });
});

// @vitest-environment jsdom
import { infiniteHook, type InfiniteResult, type ListOptions } from "@mizan/react/infinite";
import { invalidate, mizanCall, reset, type MizanContext } from "@mizan/runtime";
import { setData } from "@mizan/runtime/data";
import { act, cleanup } from "@testing-library/react";
import fc from "fast-check";
import { afterEach, describe, expect, expectTypeOf, it } from "vitest";
import { problem } from "../../runtime/test/fake.js";
import { answer, page, settle, type Page } from "./support.js";

afterEach(cleanup);

interface Rows {
  readonly rows: readonly string[];
  readonly next: string | null;
}
const FEED: MizanContext<{ cursor?: string; kind?: string }, Rows> = { name: "feed" };
const useFeed = infiniteHook(FEED, {
  pageParam: "cursor",
  initialPageParam: "0",
  getNextPageParam: ({ next }) => next,
});
const useNumbered = infiniteHook<{ page?: number; shop: number }, number[], "page">(
  { name: "numbered", defaults: { page: 1 } },
  {
    pageParam: "page",
    initialPageParam: 1,
    getNextPageParam: (last, pages) => (last.length ? pages.length + 1 : undefined),
  },
);

const rows = (text: string, next: string | null = null): Rows => ({ rows: text.split(""), next });

/** A page with a list that tests hold in their hands. */
async function list(options: ListOptions & { strict?: boolean } = {}) {
  const seen: InfiniteResult<Rows>[] = [];
  const Feed = ({ kind }: { kind?: string }) => {
    const result = useFeed(kind ? { kind } : undefined, options);
    seen.push(result);
    return <p>{result.pages.flatMap((each) => each.rows).join("")}</p>;
  };
  const opened = page(<Feed />, { strict: options.strict ?? true });
  await settle();
  const now = () => {
    const latest = seen.at(-1);
    if (!latest) throw new Error("Nothing was drawn.");
    return latest;
  };
  const more = async (): Promise<void> => {
    act(() => {
      now().fetchNextPage();
    });
    await settle();
  };
  const strike = async (...cursors: string[]): Promise<void> => {
    const targets = cursors.map((cursor) => ({ context: "feed", params: { cursor } }));
    act(() => {
      invalidate(opened.client, targets.length ? targets : "feed");
    });
    await settle();
  };
  /** Pages "ab", "cd" and "ef", fetched by cursors. */
  const three = async (): Promise<void> => {
    await answer(opened, rows("ab", "2"));
    await more();
    await answer(opened, rows("cd", "3"));
    await more();
    await answer(opened, rows("ef"));
  };
  return { opened, seen, Feed, now, more, strike, three };
}

const text = ({ container }: Page) => container.textContent;
const cursors = ({ net }: Page, from = 0) =>
  net.sent.slice(from).map(({ url }) => /cursor=(\w+)/.exec(url)?.[1]);

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

/** A server's list of rows, whose cursors are rows: those of a page begin at its cursor. */
class Table {
  rows = [1, 2, 3, 4, 5, 6, 7, 8].map(String);

  read(url: string): Rows {
    const cursor = /cursor=(\w+)/.exec(url)?.[1];
    const found = this.rows.findIndex((row) => !cursor || Number(row) >= Number(cursor));
    const start = found < 0 ? this.rows.length : found;
    return { rows: this.rows.slice(start, start + 2), next: this.rows[start + 2] ?? null };
  }
}

describe("whatever happens", () => {
  const step = fc.oneof(
    fc.record({ type: fc.constant("answer" as const), which: fc.nat(3), fails: fc.boolean() }),
    fc.record({ type: fc.constant("more" as const) }),
    fc.record({ type: fc.constant("remove" as const), row: fc.nat(8) }),
    fc.record({ type: fc.constant("add" as const), row: fc.nat(9) }),
  );

  it("the list ends as the server has it, without gaps and rows shown twice", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 30 }), async (steps) => {
        const { opened, now, more, strike } = await list();
        const table = new Table();
        const open = new Set<(typeof opened.net.sent)[number]>();
        let taken = 0;
        const collect = () => {
          for (const each of opened.net.sent.slice(taken)) open.add(each);
          taken = opened.net.sent.length;
          return [...open];
        };
        const reply = async (which: number, fails: boolean): Promise<void> => {
          const waiting = collect();
          const request = waiting[which % waiting.length];
          if (!request) return;
          open.delete(request);
          const body = table.read(request.url);
          await act(() => (fails ? request.fail() : request.reply(body)));
        };
        for (const each of steps) {
          if (each.type === "answer") await reply(each.which, each.fails);
          else if (each.type === "more") await more();
          else {
            const row = each.row;
            const others = table.rows.filter((other) => other !== `${row}`);
            table.rows = each.type === "add" ? [...others, `${row}`].sort() : others;
            await strike();
          }
          const all = now().pages.flatMap((page) => page.rows);
          expect(new Set(all).size).toBe(all.length);
        }
        await strike();
        while (collect().length) await reply(0, false);
        const all = now().pages.flatMap((page) => page.rows);
        expect(all).toEqual(table.rows.slice(0, all.length));
        expect(now().hasNextPage).toBe(all.length < table.rows.length);
        cleanup();
      }),
    );
  });
});

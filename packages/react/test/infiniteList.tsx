/** A list of pages that tests hold in their hands. */

import { infiniteHook, type InfiniteResult, type ListOptions } from "@mizan/react/infinite";
import { invalidate, type MizanContext } from "@mizan/runtime";
import { act } from "@testing-library/react";
import { answer, page, settle, type Page } from "./support.js";

/** A page of rows, and where the next begins. */
export interface Rows {
  readonly rows: readonly string[];
  readonly next: string | null;
}
export const FEED: MizanContext<{ cursor?: string; kind?: string }, Rows> = { name: "feed" };
const useFeed = infiniteHook(FEED, {
  pageParam: "cursor",
  initialPageParam: "0",
  getNextPageParam: ({ next }) => next,
});

/** A page with a row for each letter. */
export const rows = (text: string, next: string | null = null): Rows => ({
  rows: text.split(""),
  next,
});

/** A page with a list that tests hold in their hands. */
export async function list(options: ListOptions & { strict?: boolean } = {}) {
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

export const text = ({ container }: Page) => container.textContent;
/** The pages that were asked for. */
export const cursors = ({ net }: Page, from = 0) =>
  net.sent.slice(from).map(({ url }) => /cursor=(\w+)/.exec(url)?.[1]);

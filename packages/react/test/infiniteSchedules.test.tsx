// @vitest-environment jsdom
import { act, cleanup } from "@testing-library/react";
import fc from "fast-check";
import { afterEach, describe, expect, it } from "vitest";
import { list, type Rows } from "./infiniteList.js";

afterEach(cleanup);

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

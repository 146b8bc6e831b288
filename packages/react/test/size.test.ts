import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { ENTRIES, measureEntry, row } from "../../../benchmarks/size/measure.js";

/** The greatest number of bytes, compressed, of a page with the runtime: the promise of the README. */
const BUDGET = 5_000;

/** What the first README says in KB, and of which entry. */
const FIGURES = {
  react: /React hooks take ([\d.]+) KB/,
  "swr-mutation": /SWR with mutations takes ([\d.]+) KB/,
  "react-query": /TanStack Query ([\d.]+) KB/,
};

/** What the runtime's own test holds. */
const OTHERS = ["main", "page", "core"];

const read = (path: string): string =>
  readFileSync(new URL(`../../../${path}`, import.meta.url), "utf8");

describe("the size", () => {
  it(`of a page is at most ${BUDGET} bytes`, async () => {
    const { react } = await measureEntry("react");
    expect(react?.gzipped).toBeLessThanOrEqual(BUDGET);
  });

  it.each(ENTRIES.filter((name) => !OTHERS.includes(name)))(
    "of %s is what the README of the benchmarks says",
    async (entry) => {
      const readme = read("benchmarks/README.md");
      for (const [name, { minified, gzipped }] of Object.entries(await measureEntry(entry))) {
        expect(readme).toContain(`\n${row(name, minified, gzipped)}\n`);
      }
    },
  );

  it.each(Object.entries(FIGURES))("of %s is what the first README says", async (name, figure) => {
    const { [name]: size } = await measureEntry(name);
    expect(figure.exec(read("README.md"))?.[1]).toBe(((size?.gzipped ?? 0) / 1000).toFixed(1));
  });
});

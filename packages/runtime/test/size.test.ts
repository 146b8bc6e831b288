import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { measureEntry, row } from "../../../benchmarks/size/measure.js";

/** The greatest number of bytes, compressed: the promise of the README. */
const BUDGETS = { main: 4_000, page: 4_000, core: 2_500 };

const readme = readFileSync(new URL("../../../benchmarks/README.md", import.meta.url), "utf8");

describe.each(Object.entries(BUDGETS))("the size of %s", (name, most) => {
  it(`is at most ${most} bytes, and what the README of the benchmarks says`, async () => {
    const sizes = await measureEntry(name);
    expect(sizes[name]?.gzipped).toBeLessThanOrEqual(most);
    for (const [each, { minified, gzipped }] of Object.entries(sizes)) {
      expect(readme).toContain(`\n${row(each, minified, gzipped)}\n`);
    }
  });
});

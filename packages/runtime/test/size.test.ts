import { readFileSync } from "node:fs";
import { beforeAll, describe, expect, it } from "vitest";
import { measureAll, type Size } from "../../../benchmarks/size/measure.js";

/** The greatest number of bytes, compressed: the promise of the README. */
const BUDGETS = { main: 4_000, core: 2_500 };

let sizes: Record<string, Size>;

beforeAll(async () => {
  sizes = await measureAll();
});

describe("the size", () => {
  it.each(Object.entries(BUDGETS))("of %s is at most %i bytes", (name, most) => {
    expect(sizes[name]?.gzipped).toBeLessThanOrEqual(most);
  });

  it("is what the README of the benchmarks says", () => {
    const readme = readFileSync(new URL("../../../benchmarks/README.md", import.meta.url), "utf8");
    for (const [name, { minified, gzipped }] of Object.entries(sizes)) {
      const line = new RegExp(`^${name.replace("+", "\\+")} +${minified} +${gzipped}$`, "m");
      expect(readme).toMatch(line);
    }
  });
});

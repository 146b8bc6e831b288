import { describe, expect, it } from "vitest";
import { measureEntry } from "../../../benchmarks/size/measure.js";

/** The greatest number of bytes, compressed, of a page with the runtime: the promise of the README. */
const BUDGET = 5_000;

describe("the size", () => {
  it(`of a page is at most ${BUDGET} bytes`, async () => {
    const { react } = await measureEntry("react");
    expect(react?.gzipped).toBeLessThanOrEqual(BUDGET);
  });
});

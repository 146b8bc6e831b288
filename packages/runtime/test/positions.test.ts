import { describe, expect, it } from "vitest";
import { isAtLeast, oldest } from "../src/positions.js";

describe("isAtLeast", () => {
  it.each([
    ["e.5", "e.5", true],
    ["e.10", "e.9", true],
    ["e.9", "e.10", false],
    ["e.12", "e.11", true],
    ["e.11", "e.12", false],
    ["f.10", "e.9", false],
    ["r.1700000000000-10", "r.1700000000000-9", true],
    ["r.1700000000000-9", "r.1700000000000-10", false],
    ["r.1700000000001-0", "r.1700000000000-9", true],
    ["a.b.7", "a.b.6", true],
    ["e.007", "e.7", true],
    [`e.${"1".repeat(40)}`, "e.7", false],
    ["strange", "strange", true],
    ["strange", "other", false],
    ["e.5", "strange", false],
    ["e.5", undefined, false],
    ["e.5", "", false],
    [undefined, "e.5", false],
    [undefined, undefined, false],
  ])("%s of %s: %s", (position, other, is) => {
    expect(isAtLeast(position, other)).toBe(is);
  });
});

describe("oldest", () => {
  it("is the earliest, if that is known", () => {
    expect(oldest(["e.10", "e.9", "e.11"])).toBe("e.9");
    expect(oldest(["e.10", "f.9"])).toBeUndefined();
    expect(oldest([])).toBeUndefined();
  });
});

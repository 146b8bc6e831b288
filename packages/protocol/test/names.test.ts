import { describe, expect, it } from "vitest";
import { isName, isParameterName } from "../src/names.js";

describe("names", () => {
  it.each(["a", "user_profile", "shop.cart2", "a.b.c", "a".repeat(64)])("takes %j", (name) => {
    expect(isName(name)).toBe(true);
  });

  it.each(["", "A", "1a", "_a", "a.", ".a", "a..b", "a.1", "a-b", "a\n", "é", "a".repeat(65)])(
    "does not take %j",
    (name) => {
      expect(isName(name)).toBe(false);
      expect(isParameterName(name)).toBe(false);
    },
  );

  it("lets parameters have no dots", () => {
    expect(isParameterName("user_id")).toBe(true);
    expect(isParameterName("user.id")).toBe(false);
  });
});

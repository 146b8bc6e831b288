import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { formatHeld, parseHeld } from "../src/held.js";
import type { Instance } from "../src/index.js";
import { anyBytes, anyText, instance, textOf } from "./arbitraries.js";
import { codeOf } from "./expect.js";

const at = (page: number | string): Instance => ({ context: "user", params: { page } });

describe("formatHeld", () => {
  it("keeps the order, drops repetitions, covers nothing", () => {
    const whole: Instance = { context: "user", params: {} };
    expect(formatHeld([at(2), at(1), at("2"), whole])).toBe("user;page=2, user;page=1, user");
    expect(formatHeld([])).toBe("");
  });

  it("leaves out instances with long values, and stops at eight", () => {
    const ten = [at("x".repeat(513)), ...Array.from({ length: 10 }, (_, page) => at(page))];
    expect(formatHeld(ten).split(", ")).toEqual(
      Array.from({ length: 8 }, (_, page) => `user;page=${page}`),
    );
  });

  it("stops before the instance that would pass 1,024 bytes", () => {
    const long = at("a".repeat(503)); // 513 bytes
    const exact = at("b".repeat(499)); // 509 bytes
    expect(formatHeld([long, exact]).length).toBe(1024);
    expect(formatHeld([long, at("b".repeat(500)), at(1)])).toBe(`user;page=${"a".repeat(503)}`);
    expect(formatHeld([at(`1${"a".repeat(1020)}`), at(1)])).toBe("");
  });

  it("refuses what is no instance", () => {
    expect(codeOf(() => formatHeld(["user" as unknown as Instance]))).toBe("document.invalid");
    expect(codeOf(() => formatHeld([{ context: "user" } as unknown as Instance]))).toBe(
      "document.invalid",
    );
  });
});

describe("parseHeld", () => {
  it("reads instances in their order", () => {
    expect(parseHeld('user;page=2, user, user;page="2", cart')).toEqual([
      at("2"),
      { context: "user", params: {} },
      { context: "cart", params: {} },
    ]);
    expect(parseHeld("")).toEqual([]);
  });

  it("keeps the first eight, but reads the whole field", () => {
    const nine = Array.from({ length: 9 }, (_, page) => `user;page=${page}`).join(", ");
    expect(parseHeld(nine)).toHaveLength(8);
    expect(codeOf(() => parseHeld(`${nine}, *`))).toBe("header.held");
  });

  it.each([
    ["*", "header.held"],
    ["user/f", "header.held"],
    ["user/f;a=007", "header.integer_form"],
    ["*;a=1", "header.star"],
    ["*, 1", "header.held"],
    ["*, (", "header.syntax"],
  ])("refuses %j with %s", (field, code) => {
    expect(codeOf(() => parseHeld(field))).toBe(code);
  });

  it("reads back what was written", () => {
    fc.assert(
      fc.property(fc.array(instance, { maxLength: 10 }), (instances) => {
        const field = formatHeld(instances);
        expect(formatHeld(parseHeld(field))).toBe(field);
      }),
    );
  });

  it("takes anything", () => {
    const near = textOf("a", "/", ";", "=", "1", '"', "%41", ",", " ", "*");
    fc.assert(
      fc.property(fc.oneof(anyText, anyBytes, near), (field) => {
        expect(codeOf(() => parseHeld(field)) ?? "header.").toMatch(/^header\./);
      }),
      { numRuns: 300 },
    );
  });
});

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { percentDecode, percentEncode } from "../src/percent.js";
import { anyText, text, textOf } from "./arbitraries.js";
import { codeOf } from "./expect.js";

describe("percentEncode", () => {
  it("leaves the unreserved alone, and nothing else", () => {
    expect(percentEncode("aZ09-._~")).toBe("aZ09-._~");
    expect(percentEncode("!*'()é 😀+/")).toBe("%21%2A%27%28%29%C3%A9%20%F0%9F%98%80%2B%2F");
  });

  it("is read back, from ASCII", () => {
    fc.assert(
      fc.property(text, (drawn) => {
        const encoded = percentEncode(drawn);
        expect(encoded).toMatch(/^(?:[A-Za-z0-9._~-]|%[0-9A-F]{2})*$/);
        expect(percentDecode(encoded, "url")).toBe(drawn);
      }),
    );
  });

  it("refuses lone surrogates", () => {
    expect(codeOf(() => percentEncode("\ud800"))).toBe("json.surrogate");
  });
});

describe("percentDecode", () => {
  it("reads both cases of hex, and + as a plus", () => {
    expect(percentDecode("%c3%A9+", "url")).toBe("é+");
  });

  it.each([
    ["%", "percent"],
    ["%4", "percent"],
    ["%4g%ff", "percent"],
    ["%ff%", "percent"],
    ["%ff", "utf8"],
    ["%C3", "utf8"],
    ["%C0%80", "utf8"],
    ["%ED%A0%80", "utf8"],
  ])("refuses %j as %s", (encoded, fault) => {
    expect(codeOf(() => percentDecode(encoded, "header"))).toBe(`header.${fault}`);
    expect(codeOf(() => percentDecode(encoded, "url"))).toBe(`url.${fault}`);
  });

  it("takes any text", () => {
    fc.assert(
      fc.property(fc.oneof(anyText, textOf("%", "4", "c3", "%A9", "%ed", "%80", "x")), (drawn) => {
        expect(["url.percent", "url.utf8", null]).toContain(
          codeOf(() => percentDecode(drawn, "url")),
        );
      }),
    );
  });
});

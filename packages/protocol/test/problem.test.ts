import { describe, expect, it } from "vitest";
import { problemHead, statusOfCode } from "../src/index.js";

describe("a code", () => {
  it("has the status that SPEC.md says", () => {
    expect(statusOfCode("validation")).toBe(422);
    expect(statusOfCode("events.unavailable")).toBe(501);
  });

  it.each(["app.out_of_stock", "toString", ""])("of an application (%s) has none", (code) => {
    expect(statusOfCode(code)).toBeUndefined();
  });
});

describe("a problem document", () => {
  it("says its type and the phrase of its status", () => {
    expect(problemHead("csrf", 403)).toEqual({
      type: "https://w3id.org/mizan/v1/errors/csrf",
      title: "Forbidden",
      status: 403,
      code: "csrf",
    });
    expect(problemHead("app.odd", 499).title).toBe("Error");
  });
});

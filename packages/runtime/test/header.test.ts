import { canonicalSet, type Target as Checked } from "@mizan/protocol";
import { describe, expect, it } from "vitest";
import { readHeader } from "../src/header.js";
import { createCore } from "../src/client.js";
import { preciseHeader } from "../src/header.js";
import { vectors } from "./vectors.js";

describe("readHeader", () => {
  const known = vectors("header-parse").map(({ id, input, expect: { ok } }) => {
    const { targets = ["*"] } = (ok ?? {}) as { targets?: Checked[] };
    return [id, (input as { field: string }).field, targets] as const;
  });

  it("has vectors", () => {
    expect(known.length).toBeGreaterThan(100);
  });

  it.each(known)("agrees with %s, and reads * where it is refused", (_, field, targets) => {
    // The set is not made canonical here: what is covered is only stale twice.
    expect(canonicalSet(readHeader(field) as Checked[])).toEqual(targets);
  });

  it("refuses a field that is too long", () => {
    expect(readHeader(`user;q=${"a".repeat(70_000)}`)).toEqual(["*"]);
  });

  it("takes linear time", () => {
    expect(readHeader(`${"a".repeat(60_000)}!`)).toEqual(["*"]);
    expect(readHeader("a.".repeat(30_000))).toEqual(["*"]);
    expect(readHeader(`a${"; a=1".repeat(12_000)}`)).toEqual(["*"]);
  });
});

describe("preciseHeader", () => {
  it("is what reads the header, in place of a reader that takes all for *", () => {
    const options = { baseUrl: "/" };
    expect(createCore(options).readHeader("user")).toEqual(["*"]);
    expect(createCore(options, preciseHeader).readHeader("user")).toEqual([
      { context: "user", params: {} },
    ]);
  });
});

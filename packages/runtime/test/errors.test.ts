import { readFileSync } from "node:fs";
import { describe, expect, expectTypeOf, it } from "vitest";
import { MizanError, type ErrorCode, type KnownCode } from "../src/index.js";
import { reasonOf } from "../src/errors.js";

describe("MizanError", () => {
  it("is an error with a code", () => {
    const error = new MizanError("forbidden", "No.", 403);
    expect(error).toBeInstanceOf(Error);
    expect({ ...error }).toEqual({
      name: "MizanError",
      code: "forbidden",
      status: 403,
      problem: {},
      errors: [],
    });
    expectTypeOf<"app.sold_out">().toExtend<ErrorCode<"app.sold_out">>();
    expectTypeOf<KnownCode>().toExtend<ErrorCode>();
  });
});

describe("KnownCode", () => {
  it("is the registry of the schema", () => {
    const read = (path: string): string => readFileSync(new URL(path, import.meta.url), "utf8");
    const schema = JSON.parse(read("../../../schema/v1/error.schema.json")) as {
      $defs: { KnownCode: { enum: string[] } };
    };
    const [, union = ""] = /KnownCode =([^;]+);/.exec(read("../src/codes.ts")) ?? [];
    expect([...union.matchAll(/"(.+?)"/g)].map((match) => match[1])).toEqual(
      schema.$defs.KnownCode.enum,
    );
  });
});

describe("reasonOf", () => {
  it("is the reason, or that the time was over", () => {
    const reason = new Error("Enough.");
    expect(reasonOf(AbortSignal.abort(reason))).toBe(reason);
    const late = AbortSignal.abort(new DOMException("", "TimeoutError"));
    expect(reasonOf(late)).toMatchObject({ code: "client.timeout", status: 0 });
  });
});

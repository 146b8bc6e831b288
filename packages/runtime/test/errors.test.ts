import { describe, expect, expectTypeOf, it, vi } from "vitest";
import { MizanError, type ErrorCode, type KnownCode } from "../src/index.js";
import { stopAfter } from "../src/errors.js";

describe("MizanError", () => {
  it("is an error with a code", () => {
    const error = new MizanError("forbidden", "No.", 403);
    expect(error).toBeInstanceOf(Error);
    const { name, code, status, problem, errors } = error;
    expect([name, code, status, problem, errors]).toEqual(["MizanError", "forbidden", 403, {}, []]);
    expectTypeOf<"app.sold_out">().toExtend<ErrorCode<"app.sold_out">>();
    expectTypeOf<KnownCode>().toExtend<ErrorCode>();
  });
});

describe("stopAfter", () => {
  it("stops with a reason, or never", () => {
    vi.useFakeTimers();
    const stop = vi.fn();
    stopAfter(stop, 10);
    stopAfter(stop, 0);
    clearTimeout(stopAfter(stop, 10));
    vi.advanceTimersByTime(29_999);
    expect(stop.mock.calls).toMatchObject([[{ code: "client.timeout", status: 0 }]]);
    stopAfter(stop);
    vi.advanceTimersByTime(30_000);
    expect(stop).toHaveBeenCalledTimes(2);
    vi.useRealTimers();
  });
});

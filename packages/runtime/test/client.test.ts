import { describe, expect, it, vi } from "vitest";
import { createCore, on, tell } from "../src/client.js";
import { invalidate } from "../src/index.js";
import { settled } from "./fake.js";

describe("createCore", () => {
  it("applies the features in their order", () => {
    const order: number[] = [];
    const client = createCore(
      { baseUrl: "/" },
      () => order.push(1),
      () => order.push(2),
    );
    expect(order).toEqual([1, 2]);
    expect(client.instances.size).toBe(0);
  });
});

describe("on", () => {
  it("tells until it is ended", () => {
    const client = createCore({ baseUrl: "/" });
    const listener = vi.fn();
    const stop = on(client, listener);
    invalidate(client, "a");
    stop();
    invalidate(client, "b");
    expect(listener).toHaveBeenCalledTimes(1);
  });
});

describe("tell", () => {
  it("goes on when a listener throws, and reports what it threw", async () => {
    const uncaught = vi.fn();
    process.removeAllListeners("uncaughtException");
    process.once("uncaughtException", uncaught);
    const heard = vi.fn();
    const error = new Error("A fault of the page.");
    tell(
      [
        () => {
          throw error;
        },
        heard,
      ],
      1,
    );
    expect(heard).toHaveBeenCalledWith(1);
    await settled();
    expect(uncaught.mock.calls[0]?.[0]).toBe(error);
  });
});

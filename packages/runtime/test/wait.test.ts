import { describe, expect, it, vi } from "vitest";
import { patiently } from "../src/wait.js";
import { settled } from "./fake.js";

describe("patiently", () => {
  it("gives what the work gives", async () => {
    const giveUp = vi.fn();
    const controller = new AbortController();
    const { signal } = controller;
    expect(await patiently(Promise.resolve(1), signal, 0, giveUp)).toBe(1);
    const error = new Error("No.");
    await expect(patiently(Promise.reject(error), signal, 0, giveUp)).rejects.toBe(error);
    controller.abort();
    expect(giveUp).not.toHaveBeenCalled();
  });

  it("gives up when it is told to, and the work goes on", async () => {
    const giveUp = vi.fn();
    const controller = new AbortController();
    let isDone = false;
    const work = settled().then(() => (isDone = true));
    const given = patiently(work, controller.signal, undefined, giveUp);
    controller.abort(new Error("Enough."));
    await expect(given).rejects.toThrow("Enough.");
    expect(giveUp).toHaveBeenCalledTimes(1);
    await work;
    expect(isDone).toBe(true);
  });
});

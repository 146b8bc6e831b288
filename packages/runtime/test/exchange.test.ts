import { describe, expect, it, vi } from "vitest";
import { exchange, isOffline } from "../src/exchange.js";
import { MizanError } from "../src/index.js";
import { network, problem } from "./fake.js";

const options = { baseUrl: "/api/" };

async function failure(run: Promise<unknown>): Promise<MizanError> {
  const error: unknown = await run.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(MizanError);
  return error as MizanError;
}

describe("exchange", () => {
  it("reads by GET and calls by POST with JSON", async () => {
    const net = network();
    const headers = () => ({ "X-Own": "1" });
    const read = exchange({ ...options, fetch: net.fetch, headers }, { path: "ctx/user/" });
    expect(net.last()).toMatchObject({ url: "/api/ctx/user/", method: "GET" });
    expect(Object.fromEntries(net.last().headers)).toEqual({ "x-own": "1" });
    await net.last().reply({ a: 1 });
    expect((await read).body).toEqual({ a: 1 });
    void exchange(
      { ...options, fetch: net.fetch },
      { path: "call/", body: "{}", headers: { "X-B": "2" } },
    );
    expect(net.last()).toMatchObject({ method: "POST", body: {} });
    expect(Object.fromEntries(net.last().headers)).toEqual({
      "content-type": "application/json",
      "x-b": "2",
    });
    void exchange({ ...options, fetch: net.fetch }, { path: "call/", body: new FormData() });
    expect(net.last().headers.has("Content-Type")).toBe(false);
  });

  it("uses the fetch of the page where there is no other", async () => {
    vi.stubGlobal("fetch", () => Promise.resolve(Response.json(1)));
    expect((await exchange(options, { path: "" })).body).toBe(1);
    vi.unstubAllGlobals();
  });

  it("gives the problem of the server", async () => {
    const net = network();
    const reply = exchange({ ...options, fetch: net.fetch }, { path: "call/", body: "{}" });
    const errors = [{ pointer: "/name", code: "coerce.type", detail: "A string." }];
    await net.last().reply(...problem("validation", 422, { detail: "Bad.", errors }));
    const { error } = await reply;
    expect(error).toMatchObject({ code: "validation", status: 422, message: "Bad.", errors });
    expect(error?.problem.title).toBe("Problem");
    expect(error?.name).toBe("MizanError");
  });

  it.each([
    ["<html>", 502],
    ["null", 500],
    ["{}", 403],
    ["[1", 200],
    ["", 204],
  ])("gives client.reply for %j with status %i", async (text, status) => {
    const net = network();
    const reply = exchange({ ...options, fetch: net.fetch }, { path: "x/" });
    // A status 204 has no body.
    await net.last().reply(text === "" ? "" : text, { status: status === 204 ? 200 : status });
    const { error } = await reply;
    expect(error?.code).toBe("client.reply");
    expect(error?.message).toContain("from x/");
  });

  it("says that no reply came, and why", async () => {
    const net = network();
    const reply = exchange({ ...options, fetch: net.fetch }, { path: "x/" });
    void net.last().fail();
    const error = await failure(reply);
    expect(error).toMatchObject({ code: "client.network", status: 0, errors: [] });
    expect((error as Error).cause).toBeInstanceOf(TypeError);
  });

  it("throws what the signal was aborted with while the body came", async () => {
    const reason = new Error("Enough.");
    const json = (): Promise<unknown> => Promise.reject(new Error("Cut off."));
    const fetch = () => Promise.resolve({ ok: true, status: 200, json } as unknown as Response);
    const reply = exchange(
      { ...options, fetch },
      { path: "x/", signal: AbortSignal.abort(reason) },
    );
    await expect(reply).rejects.toBe(reason);
  });

  it("throws what the signal was aborted with", async () => {
    const net = network();
    const controller = new AbortController();
    const reply = exchange(
      { ...options, fetch: net.fetch },
      { path: "x/", signal: controller.signal },
    );
    const reason = new Error("Enough.");
    controller.abort(reason);
    await expect(reply).rejects.toBe(reason);
  });
});

describe("isOffline", () => {
  it("believes a browser that says so", () => {
    for (const [navigator, is] of [
      [{ onLine: false }, true],
      [{ onLine: true }, false],
      [{}, false],
      [undefined, false],
    ] as const) {
      vi.stubGlobal("navigator", navigator);
      expect(isOffline()).toBe(is);
    }
    vi.unstubAllGlobals();
  });
});

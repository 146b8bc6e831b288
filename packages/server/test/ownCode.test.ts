import { describe, expect, it, vi } from "vitest";
import { client, invalidate, Problem } from "../src/index.js";
import { body, gate, serve, shop, SoldOut, stock } from "./shop.js";

describe("the server's own code", () => {
  it("runs functions, private ones too", async () => {
    const { app, functions, state } = shop();
    expect(await app.run(functions.secret, {})).toBe(42);
    expect(await app.run(functions.both, { user_id: 5 })).toBe("Both");
    expect(state.names.get(5)).toBe("Both");
    await expect(app.run(functions.take, { pieces: 0 })).rejects.toThrow(Problem);
    await expect(app.run(functions.take, { pieces: 9 })).rejects.toThrow(SoldOut);
  });

  it("runs nothing of another app, and nothing outside of one", async () => {
    const [one, two] = [shop(), shop()];
    await expect(one.app.run(two.functions.secret, {})).rejects.toThrow("no function of this app");
    await expect(one.functions.secret({})).rejects.toThrow("use app.run");
    expect(() => {
      invalidate(stock);
    }).toThrow("use app.invalidate");
  });

  it("has no request, and no user", async () => {
    const nosy = client({ name: "nosy" }, async (_, call) => {
      expect(() => call.request).toThrow("There is no request");
      expect(call.facet("day")).toBe("");
      return call.user();
    });
    const { app } = serve({ functions: [nosy], vary: { day: () => "Monday" } });
    expect(await app.run(nosy, {})).toBeNull();
  });

  it("makes stale what it says", async () => {
    const { app, get, state } = shop();
    await get("/mizan/ctx/stock/");
    await app.invalidate(stock);
    await get("/mizan/ctx/stock/");
    await app.invalidate("*");
    await get("/mizan/ctx/stock/");
    await app.invalidate("user", { user_id: 5 });
    await get("/mizan/ctx/stock/");
    expect(state.runs).toHaveLength(3);
  });

  it("is told of a wrong target", async () => {
    const { app, functions } = shop();
    await expect(app.invalidate("nobody")).rejects.toThrow("neither a context nor a function");
    await expect(app.invalidate(functions.take)).rejects.toThrow("neither");
    await expect(app.invalidate("user", { id: 5 })).rejects.toThrow("there are: user_id");
    await expect(app.invalidate("user", { user_id: "x" })).rejects.toThrow("Expected a integer");
    await expect(app.invalidate(stock.by())).rejects.toThrow("without by()");
  });

  it("purges what a call left running makes stale once it is over", async () => {
    const { open, opened } = gate();
    let left: Promise<void> | undefined;
    const leaves = client({ name: "leaves", affects: stock }, () => {
      left = opened.then(() => {
        invalidate("user", { user_id: 5 });
      });
    });
    const { userProfile, pieces } = shop().functions;
    const { call, get } = serve({ functions: [leaves, userProfile, pieces] });
    await get("/mizan/ctx/user/?user_id=5");
    const hit = await get("/mizan/ctx/user/?user_id=5");
    expect(hit.headers.get("Cache-Status")).toBe("mizan; hit");
    expect((await body(call("leaves"))).invalidate).toEqual(["stock"]);
    open();
    await left;
    await vi.waitFor(async () => {
      const again = await get("/mizan/ctx/user/?user_id=5");
      expect(again.headers.get("Cache-Status")).toBe("mizan; fwd=miss; stored");
    });
  });
});

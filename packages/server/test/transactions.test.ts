import { describe, expect, it, vi } from "vitest";
import { client, invalidate, type AppOptions, type ClientFunction } from "../src/index.js";
import { body, problem, serve, shop, stock, user } from "./shop.js";

const INVALIDATE = "X-Mizan-Invalidate";

/** A database of one number, whose transactions roll back; `refuse` makes the next commit fail. */
function database() {
  const data = { value: 0, begun: 0, refuse: false, tries: 1 };
  const transaction: AppOptions["transaction"] = async (work) => {
    const before = data.value;
    for (let left = data.tries; ; left -= 1) {
      data.begun += 1;
      try {
        const result = await work();
        if (left > 1) throw new Error("serialisation");
        if (data.refuse) throw new Error("the commit failed");
        return result;
      } catch (error) {
        data.value = before;
        if (left <= 1) throw error;
      }
    }
  };
  return { data, transaction };
}

function setup() {
  const { data, transaction } = database();
  const { functions } = shop();
  const set = client({ name: "set", affects: stock }, () => (data.value += 1));
  const fail = client({ name: "fail", affects: stock }, () => {
    data.value += 1;
    invalidate(user, { user_id: 1 });
    throw new Error("no");
  });
  const outer = client({ name: "outer", affects: user }, async () => {
    await set({});
    await fail({}).catch(() => undefined);
    return data.value;
  });
  const loose = client({ name: "loose", affects: user, atomic: false }, async () => {
    invalidate(user, { user_id: 3 });
    await set({});
    await fail({}).catch(() => undefined);
    return data.value;
  });
  const reader = client({ name: "value", context: stock }, () => data.value);
  const served = serve({
    functions: [...Object.values(functions), set, fail, outer, loose, reader],
    transaction,
  });
  return { ...served, data };
}

const STOCK = "/mizan/ctx/stock/";

describe("a transaction", () => {
  it("is held before its commit, and renewed after it", async () => {
    const { call, get, data } = setup();
    await get(STOCK);
    expect(await body(call("set"))).toEqual({ result: 1, invalidate: ["stock"] });
    expect(await (await get(STOCK)).text()).toBe('{"pieces":3,"value":1}');
    expect(data.begun).toBe(1);
  });

  it("that is rolled back leaves nothing stale", async () => {
    const { call, get, data } = setup();
    await get(STOCK);
    const response = await call("fail");
    expect([response.status, response.headers.has(INVALIDATE)]).toEqual([500, false]);
    expect(data.value).toBe(0);
    expect((await get(STOCK)).headers.get("Cache-Status")).toBe("mizan; hit");
  });

  it("whose commit failed may have taken effect: it stays held, and is reported", async () => {
    const { call, get, data } = setup();
    data.refuse = true;
    const response = await call("set");
    expect([response.status, response.headers.get(INVALIDATE)]).toEqual([500, "stock"]);
    const read = await get(STOCK);
    expect(read.headers.get("Cache-Status")).toBe("mizan; fwd=bypass; detail=held");
  });

  it("may be tried again", async () => {
    const { call, get, data } = setup();
    data.tries = 3;
    expect(await body(call("set"))).toEqual({ result: 1, invalidate: ["stock"] });
    expect(data.begun).toBe(3);
    expect((await get(STOCK)).headers.get("Cache-Status")).toBe("mizan; fwd=miss; stored");
  });

  it("that is tried again forgets what the first try made stale", async () => {
    const { data, transaction } = database();
    data.tries = 2;
    const { functions } = shop();
    const each = client({ name: "each", affects: stock }, () => {
      invalidate(user, { user_id: data.begun });
    });
    const { call } = serve({ functions: [...Object.values(functions), each], transaction });
    const { invalidate: stale } = await body(call("each"));
    expect(stale).toEqual(["stock", { context: "user", params: { user_id: 2 } }]);
  });

  it("takes in the calls within, whose targets stay", async () => {
    const { call, data } = setup();
    const { invalidate: stale } = await body(call("outer"));
    expect(stale).toEqual(["stock", "user"]);
    expect([data.begun, data.value]).toEqual([1, 2]);
  });

  it("is a call's own within one without", async () => {
    const { call, data, get } = setup();
    await get(STOCK);
    const { invalidate: stale, result } = await body(call("loose"));
    expect([stale, result]).toEqual([["stock", "user"], 1]);
    expect(data.begun).toBe(2);
    expect((await get(STOCK)).headers.get("Cache-Status")).toBe("mizan; fwd=miss; stored");
  });
});

it("renews what a slow function added without a transaction", async () => {
  const { functions } = shop();
  let go: () => void = () => undefined;
  const slow: ClientFunction<object, void> = client({ name: "slow" }, async () => {
    invalidate(stock);
    await new Promise<void>((resolve) => {
      go = resolve;
    });
  });
  const { call, get } = serve({ functions: [...Object.values(functions), slow] });
  const running = call("slow");
  await vi.waitFor(async () => {
    const read = await get(STOCK);
    expect(read.status).toBe(200);
    go();
    expect(await Promise.race([running, Promise.resolve(null)])).toBe(null);
  });
  expect((await body(running)).invalidate).toEqual(["stock"]);
  expect((await get(STOCK)).headers.get("Cache-Status")).toBe("mizan; fwd=miss; stored");
});

it("keeps the cache out of it where there is none", async () => {
  const { call, app } = shop({ cache: false });
  expect((await problem(call("take", { pieces: 99 }))).code).toBe("app.sold_out");
  await app.invalidate("*");
  expect((await body(call("take", { pieces: 1 }))).invalidate).toEqual(["stock"]);
});

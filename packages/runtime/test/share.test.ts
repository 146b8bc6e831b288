import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createClient, invalidate, mizanCall, registerContext } from "../src/index.js";
import { share, sharing } from "../src/share.js";
import { network, settled } from "./fake.js";

describe("share", () => {
  it("keeps what is equal", () => {
    const old = { a: { x: 1 }, b: [1, { y: 2 }], c: 3 };
    const value = share(old, { a: { x: 1 }, b: [1, { y: 3 }], c: 3 }) as typeof old;
    expect(value).toEqual({ a: { x: 1 }, b: [1, { y: 3 }], c: 3 });
    expect(value.a).toBe(old.a);
    expect(share(old, structuredClone(old))).toBe(old);
  });

  it.each([
    [{ a: 1 }, { a: 1, b: 2 }],
    [{ a: 1, b: 2 }, { a: 1 }],
    [{ a: 1 }, { b: 1 }],
    [[1], { 0: 1 }],
    [null, {}],
    [{}, null],
    [[1, 2], [1]],
  ])("tells %j from %j", (old, value) => {
    expect(share(old, structuredClone(value))).toEqual(value);
  });

  it("gives what is equal to the new value", () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), (old, value) => {
        const text = JSON.stringify(value);
        expect(JSON.stringify(share(old, JSON.parse(text)))).toBe(JSON.stringify(JSON.parse(text)));
      }),
    );
  });
});

describe("sharing", () => {
  it("keeps the parts of an instance that did not change", async () => {
    const net = network();
    const client = createClient({ baseUrl: "/api/", fetch: net.fetch }, sharing);
    const user = registerContext(client, { name: "user" }, {});
    user.subscribe(() => undefined);
    await settled();
    await net.last().reply({ profile: { name: "Ada" }, orders: [1] });
    const before = user.getSnapshot().data as { profile: object; orders: object };
    invalidate(client, "user");
    await settled();
    await net.last().reply({ profile: { name: "Ada" }, orders: [1, 2] });
    const after = user.getSnapshot().data as typeof before;
    expect(after.profile).toBe(before.profile);
    expect(after.orders).toEqual([1, 2]);
    const call = mizanCall(client, "x", {});
    await net.last().reply({ result: 1 });
    expect(await call).toBe(1);
  });

  it("keeps those of what comes with the reply to a call", async () => {
    const net = network();
    const client = createClient({ baseUrl: "/api/", fetch: net.fetch, held: true }, sharing);
    const orders = registerContext(client, { name: "orders" }, { user_id: 5 });
    orders.subscribe(() => undefined);
    await settled();
    await net.last().reply([{ id: 1 }, { id: 2, count: 1 }]);
    const before = orders.getSnapshot().data as object[];
    const call = mizanCall(client, "add_one", {});
    const data = [{ id: 1 }, { id: 2, count: 2 }];
    const fresh = [{ context: "orders", params: { user_id: 5 }, data }];
    await net.last().reply({ result: 1, invalidate: ["orders"], fresh });
    expect(await call).toBe(1);
    const after = orders.getSnapshot().data as object[];
    expect(after).toEqual(data);
    expect(after[0]).toBe(before[0]);
    expect(net.sent).toHaveLength(2);
  });

  it("leaves a call alone that was answered by nothing that can be read", async () => {
    const net = network();
    const client = createClient({ baseUrl: "/api/", fetch: net.fetch }, sharing);
    const call = mizanCall(client, "add_one", {});
    const lost = expect(call).rejects.toMatchObject({ status: 502 });
    await net.last().reply("<html>", { status: 502 });
    await lost;
  });
});

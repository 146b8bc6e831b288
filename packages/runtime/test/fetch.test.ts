import { describe, expect, it } from "vitest";
import { createClient, mizanFetch, prefetch, registerContext, reset } from "../src/index.js";
import { network, problem, settled } from "./fake.js";

function page() {
  const net = network();
  return { net, client: createClient({ baseUrl: "/api/", fetch: net.fetch }) };
}

const user = { name: "user" };

describe("mizanFetch", () => {
  it("fetches, and then has it in the store", async () => {
    const { net, client } = page();
    const [one, two] = [mizanFetch(client, user, {}), mizanFetch(client, user, {})];
    await settled();
    await net.last().reply({ v: 1 });
    expect(await one).toEqual({ v: 1 });
    expect(await two).toBe(await one);
    expect(await mizanFetch(client, user, {})).toBe(await one);
    expect(net.sent).toHaveLength(1);
    const anew = mizanFetch(client, user, {}, { staleTime: 0 });
    await settled();
    await net.last().reply({ v: 2 });
    expect(await anew).toEqual({ v: 2 });
    expect(client.instances.get("user/")?.listeners.size).toBe(0);
  });

  it("fails with the problem, and begins anew when asked again", async () => {
    const { net, client } = page();
    const failed = expect(mizanFetch(client, user, {})).rejects.toMatchObject({
      code: "not_found",
    });
    await settled();
    await net.last().reply(...problem("not_found", 404));
    await failed;
    void mizanFetch(client, user, {});
    await settled();
    expect(net.sent).toHaveLength(2);
  });

  it("stops waiting when it is told to, and others go on", async () => {
    const { net, client } = page();
    const controller = new AbortController();
    const { signal } = controller;
    const given = expect(mizanFetch(client, user, {}, { signal })).rejects.toThrow("Enough.");
    const other = mizanFetch(client, user, {});
    await settled();
    controller.abort(new Error("Enough."));
    await given;
    await net.last().reply({ v: 1 });
    expect(await other).toEqual({ v: 1 });
    await expect(mizanFetch(client, user, {}, { signal })).rejects.toThrow("Enough.");
  });

  it("waits for the data of the next user", async () => {
    const { net, client } = page();
    const data = mizanFetch(client, user, {});
    await settled();
    reset(client);
    await settled();
    await net.last().reply({ v: 2 });
    expect(await data).toEqual({ v: 2 });
  });
});

describe("prefetch", () => {
  it("never fails", async () => {
    const { net, client } = page();
    const done = prefetch(client, user, {});
    await settled();
    await net.last().fail();
    await done;
    expect(registerContext(client, user, {}).getSnapshot().status).toBe("error");
  });
});

import { afterEach, describe, expect, it, vi } from "vitest";
import {
  createClient,
  invalidate,
  registerContext,
  reset,
  type MizanContext,
} from "../src/index.js";
import { change, mizanOptimistic } from "../src/optimistic.js";
import { network, problem, settled } from "./fake.js";

interface User {
  readonly name: string;
}

const user: MizanContext<object, User> = { name: "user" };
const affects = () => ["user"];

async function page() {
  const net = network();
  const client = createClient({ baseUrl: "/api/", fetch: net.fetch });
  const instance = registerContext(client, user, {});
  const shown: (string | undefined)[] = [];
  const stop = instance.subscribe(() => {
    const name = instance.getSnapshot().data?.name;
    if (name !== shown.at(-1)) shown.push(name);
  });
  await settled();
  await net.last().reply({ name: "Ada" });
  const add = (text: string, options = {}) => {
    const changes = [change(user, {}, ({ name }) => ({ name: name + text }))];
    const call = mizanOptimistic(client, { name: "add", affects }, {}, changes, options);
    return { call: call.catch((error: unknown) => error), sent: net.last() };
  };
  return { net, client, instance, shown, stop, add };
}

const slice = (name: string) => [{ context: "user", params: {}, data: { name } }];

afterEach(() => {
  vi.unstubAllGlobals();
});

describe("mizanOptimistic", () => {
  it("shows the change until the server's data with it has landed", async () => {
    const { net, shown, add } = await page();
    const { sent, call } = add("!");
    await sent.reply({ result: 1, invalidate: ["user"] });
    expect(await call).toBe(1);
    expect(shown).toEqual(["Ada", "Ada!"]);
    await net.last().reply({ name: "Ada!?" });
    expect(shown).toEqual(["Ada", "Ada!", "Ada!?"]);
  });

  it("leaves with fresh data, at once", async () => {
    const { net, shown, add } = await page();
    const { sent, call } = add("!");
    await sent.reply({ result: 1, invalidate: ["user"], fresh: slice("Ada!") });
    await call;
    await settled();
    expect(shown).toEqual(["Ada", "Ada!"]);
    expect(net.sent).toHaveLength(2);
  });

  it("is taken back when the server refuses, and tells so", async () => {
    const { shown, add } = await page();
    const onOutcome = vi.fn();
    const { sent, call } = add("!", { onOutcome });
    await sent.reply(...problem("forbidden", 403));
    expect(await call).toMatchObject({ code: "forbidden" });
    expect(shown).toEqual(["Ada", "Ada!", "Ada"]);
    expect(onOutcome.mock.calls).toEqual([["refused"]]);
  });

  it("is taken back when nothing was sent", async () => {
    const { shown, add } = await page();
    vi.stubGlobal("navigator", { onLine: false });
    expect(await add("!").call).toMatchObject({ code: "client.offline" });
    expect(shown).toEqual(["Ada", "Ada!", "Ada"]);
  });

  it("of a lost call stays until the server has said what is right", async () => {
    const { net, shown, add } = await page();
    const { sent, call } = add("!");
    await sent.fail();
    await call;
    expect(shown).toEqual(["Ada", "Ada!"]);
    await net.last().reply({ name: "Ada" });
    expect(shown).toEqual(["Ada", "Ada!", "Ada"]);
  });

  it("leaves when the server cannot say", async () => {
    const { net, shown, add } = await page();
    const { sent, call } = add("!");
    await sent.reply({ result: 1, invalidate: ["user"] });
    await call;
    await net.last().fail();
    expect(shown).toEqual(["Ada", "Ada!", "Ada"]);
  });

  it("leaves alone, others stay and are replayed", async () => {
    const { net, client, shown, add } = await page();
    const [first, second] = [add("1"), add("2")];
    expect(shown.at(-1)).toBe("Ada12");
    invalidate(client, "user");
    await settled();
    await net.last().reply({ name: "Eve" });
    expect(shown.at(-1)).toBe("Eve12");
    await first.sent.reply(...problem("forbidden", 403));
    expect(shown.at(-1)).toBe("Eve2");
    await second.sent.reply({ result: 1, invalidate: ["user"] });
    expect(shown.at(-1)).toBe("Eve2");
    await net.last().reply({ name: "Eve2" });
    expect(shown.at(-1)).toBe("Eve2");
  });

  it("leaves an instance that is no longer shown", async () => {
    const { instance, stop, add } = await page();
    const { sent, call } = add("!");
    stop();
    await sent.reply({ result: 1, invalidate: ["user"] });
    await call;
    expect(instance.getSnapshot()).toMatchObject({ data: { name: "Ada" }, stale: true });
  });

  it("is gone after a reset", async () => {
    const { net, client, instance, add } = await page();
    const { sent, call } = add("!");
    reset(client);
    await settled();
    await net.last().reply({ name: "Eve" });
    await sent.reply({ result: 1 });
    await call;
    expect(instance.getSnapshot().data).toEqual({ name: "Eve" });
  });

  it("changes nothing where there is no data, and leaves out what fails", async () => {
    const uncaught = vi.fn();
    process.removeAllListeners("uncaughtException");
    process.once("uncaughtException", uncaught);
    const { net, client, instance } = await page();
    const other = { name: "other" };
    const error = new Error("A fault of the page.");
    const fails = change(user, {}, () => {
      throw error;
    });
    const call = mizanOptimistic(client, "x", {}, [fails, change(other, {}, () => 1)]);
    expect(instance.getSnapshot().data).toEqual({ name: "Ada" });
    expect(registerContext(client, other, {}).getSnapshot().data).toBeUndefined();
    await net.last().reply({ result: 1 });
    expect(await call).toBe(1);
    expect(uncaught.mock.calls[0]?.[0]).toBe(error);
    await settled();
  });
});

import { describe, expect, it } from "vitest";
import { setData } from "../src/data.js";
import {
  createClient,
  invalidate,
  registerContext,
  reset,
  type MizanContext,
} from "../src/index.js";
import { network, settled } from "./fake.js";

interface User {
  readonly name: string;
}

const user: MizanContext<{ user_id: number }, User> = { name: "user" };

async function page() {
  const net = network();
  const client = createClient({ baseUrl: "/api/", fetch: net.fetch });
  const instance = registerContext(client, user, { user_id: 5 });
  instance.subscribe(() => undefined);
  await settled();
  await net.last().reply({ name: "Ada" });
  const set = (value: User | ((old: User | undefined) => User)): (() => void) =>
    setData(client, user, { user_id: 5 }, value);
  return { net, client, instance, set, name: () => instance.getSnapshot().data?.name };
}

describe("setData", () => {
  it("shows a value, or a function of what is there, and takes it back", async () => {
    const { set, name } = await page();
    const undo = set({ name: "Bob" });
    expect(name()).toBe("Bob");
    undo();
    expect(name()).toBe("Ada");
    set((old) => ({ name: `${old?.name ?? ""}!` }));
    expect(name()).toBe("Ada!");
  });

  it("gives data to an instance without any, and takes it back", async () => {
    const { client } = await page();
    const undo = setData(client, user, { user_id: 6 }, { name: "Eve" });
    const other = registerContext(client, user, { user_id: 6 });
    expect(other.getSnapshot()).toMatchObject({ status: "success", data: { name: "Eve" } });
    undo();
    expect(other.getSnapshot()).toMatchObject({ status: "pending", data: undefined });
  });

  it("gives way to the server, after which there is nothing to take back", async () => {
    const { net, client, set, name } = await page();
    const undo = set({ name: "Bob" });
    invalidate(client, "user");
    await settled();
    await net.last().reply({ name: "Cy" });
    expect(name()).toBe("Cy");
    undo();
    expect(name()).toBe("Cy");
  });

  it("asks the server where something else was written on top", async () => {
    const { net, set, name } = await page();
    const undo = set({ name: "Bob" });
    set({ name: "Cy" });
    undo();
    await settled();
    await net.last().reply({ name: "Dee" });
    expect(name()).toBe("Dee");
  });

  it("has nothing to take back after a reset", async () => {
    const { client, set, name } = await page();
    const undo = set({ name: "Bob" });
    reset(client);
    undo();
    expect(name()).toBeUndefined();
  });
});

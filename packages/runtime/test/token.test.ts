import { describe, expect, it, vi } from "vitest";
import { createClient, invalidate, mizanCall, mizanFetch, reset } from "../src/index.js";
import { token, type TokenOptions } from "../src/token.js";
import { network, problem, settled } from "./fake.js";

const NOW = 1_000_000;

function jwt(name: string, life: number): string {
  const claims = Buffer.from(JSON.stringify({ iat: 5, exp: 5 + life, name: "é?>" })).toString(
    "base64url",
  );
  return `${name}.${claims}.x`;
}

function page(options?: TokenOptions) {
  const net = network();
  const client = createClient({ baseUrl: "/api/", fetch: net.fetch });
  token(client, options);
  const used = (): (string | null | undefined)[] =>
    net.sent
      .filter(({ url }) => !url.endsWith("call/"))
      .map(({ headers }) => headers.get("X-Mizan-Token")?.split(".")[0]);
  const read = (name: string): Promise<unknown> => mizanFetch(client, { name }, {});
  return { net, client, used, read };
}

/** Gives tokens `t1`, `t2`, … with that life in seconds. */
function tokens(life = 300) {
  let count = 0;
  return vi.fn(() => {
    count += 1;
    return Promise.resolve({ token: jwt(`t${count}`, life), expires_at: "" });
  });
}

describe("token", () => {
  it("is obtained once for many by the function mwt_obtain", async () => {
    const { net, used, read } = page();
    const data = read("a");
    void read("b");
    await settled();
    expect(net.sent.map(({ body }) => body)).toEqual([{ function: "mwt_obtain", args: {} }]);
    await net.last().reply({ result: { token: jwt("t1", 300), expires_at: "" } });
    expect(used()).toEqual(["t1", "t1"]);
    await net.sent[1]?.reply(1);
    expect(await data).toBe(1);
  });

  it("that cannot be obtained fails what needs it", async () => {
    const { net, read } = page();
    const failed = expect(read("a")).rejects.toMatchObject({ code: "unauthenticated" });
    await settled();
    await net.last().reply(...problem("unauthenticated", 401));
    await failed;
    void read("b").catch(() => undefined);
    await settled();
    expect(net.sent).toHaveLength(2);
  });

  it("is renewed before it expires, whatever the clock of the server says", async () => {
    const now = vi.spyOn(Date, "now").mockReturnValue(NOW);
    const obtain = tokens(300);
    const { used, read } = page({ obtain, renewBefore: 30_000 });
    for (const [name, time] of [
      ["a", 0],
      ["b", 269_999],
      ["c", 270_000],
    ] as const) {
      now.mockReturnValue(NOW + time);
      void read(name);
      await settled();
    }
    expect(used()).toEqual(["t1", "t1", "t2"]);
    now.mockRestore();
  });

  it("that lives shortly is used for half of its life", async () => {
    const now = vi.spyOn(Date, "now").mockReturnValue(NOW);
    const { used, read } = page({ obtain: tokens(10) });
    for (const [name, time] of [
      ["a", 0],
      ["b", 4_999],
      ["c", 5_000],
    ] as const) {
      now.mockReturnValue(NOW + time);
      void read(name);
      await settled();
    }
    expect(used()).toEqual(["t1", "t1", "t2"]);
    now.mockRestore();
  });

  it("that cannot be read is renewed by what was said of it", async () => {
    const now = vi.spyOn(Date, "now").mockReturnValue(NOW);
    const obtain = vi.fn(() =>
      Promise.resolve({ token: "opaque", expires_at: new Date(NOW + 100_000).toISOString() }),
    );
    const { read } = page({ obtain });
    for (const [name, time] of [
      ["a", 0],
      ["b", 69_999],
      ["c", 70_000],
    ] as const) {
      now.mockReturnValue(NOW + time);
      void read(name);
      await settled();
    }
    expect(obtain).toHaveBeenCalledTimes(2);
    now.mockRestore();
  });

  it("that is refused is obtained anew, once for many, and the request sent once more", async () => {
    const obtain = tokens();
    const { net, client, used, read } = page({ obtain });
    const [a, b] = [read("a"), read("b")];
    await settled();
    const [first, second] = net.sent;
    await first?.reply(...problem("token_invalid", 401));
    await second?.reply(...problem("token_invalid", 401));
    expect(used()).toEqual(["t1", "t1", "t2", "t2"]);
    await net.sent[2]?.reply(1);
    expect(await a).toBe(1);
    const refused = expect(b).rejects.toMatchObject({ code: "token_invalid" });
    await net.sent[3]?.reply(...problem("token_invalid", 401));
    await refused;
    expect(obtain).toHaveBeenCalledTimes(2);
    invalidate(client, "unknown");
    void mizanCall(client, "x", {});
    await settled();
    expect(net.last().headers.get("X-Mizan-Token")).toMatch(/^t2/);
  });

  it("that is refused after a reset is not obtained twice", async () => {
    const obtain = tokens();
    const { net, client } = page({ obtain });
    void mizanCall(client, "x", {});
    await settled();
    reset(client);
    await net.last().reply(...problem("token_invalid", 401));
    expect(net.last().headers.get("X-Mizan-Token")).toMatch(/^t2/);
    expect(obtain).toHaveBeenCalledTimes(2);
  });

  it("of another user than the session's is given up with all data", async () => {
    const { net, used, read } = page({ obtain: tokens() });
    void read("a");
    await settled();
    await net.last().reply(...problem("identity_mismatch", 401));
    expect(used()).toEqual(["t1", "t2"]);
  });

  it("that comes after a reset is not kept", async () => {
    const gives: ((name: string) => void)[] = [];
    const obtain = () =>
      new Promise<{ token: string; expires_at: string }>((resolve) => {
        gives.push((name) => {
          resolve({ token: jwt(name, 300), expires_at: "" });
        });
      });
    const { client, used, read } = page({ obtain });
    void read("a");
    await settled();
    reset(client);
    await settled();
    gives[1]?.("new");
    await settled();
    gives[0]?.("old");
    await settled();
    void read("b");
    await settled();
    expect(gives).toHaveLength(2);
    expect(used().at(-1)).toBe("new");
  });
});

/** What fails beneath an edge: stores, origins, and what is asked oddly. */

import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, expect, it } from "vitest";
import { createEdge, MemoryStore, type Kept, type Names, type Store } from "../src/index.js";
import { namerOf } from "../src/names.js";
import { answer, before, done, MANIFEST, status, STOCK, urlOf } from "./site.js";

/** A store that fails where it is told to. */
class Failing implements Store {
  readonly puts: string[] = [];
  readonly #memory = new MemoryStore();
  readonly fails = new Set<keyof Store>();

  #check(name: keyof Store): void {
    if (this.fails.has(name)) throw new Error(`${name} failed`);
  }

  get(key: string): Kept | undefined {
    this.#check("get");
    return this.#memory.get(key);
  }

  put(key: string, kept: Kept): void {
    this.puts.push(key);
    this.#memory.put(key, kept);
    this.#check("put");
  }

  delete(key: string): void {
    this.#memory.delete(key);
  }

  purge(names: Names): void {
    this.#check("purge");
    this.#memory.purge(names);
  }
}

describe("a store that fails", () => {
  const site = (store: Store) => {
    let count = 0;
    return before(
      ({ method }) => {
        count += 1;
        return method === "GET" ? answer(STOCK, String(count)) : done(["stock"]);
      },
      { store },
    );
  };

  it("to get or put costs the origin a fetch, and is told", async () => {
    for (const name of ["get", "put"] as const) {
      const store = new Failing();
      const { get, reports } = site(store);
      store.fails.add(name);
      for (const body of ["1", "2"]) expect(await (await get(urlOf(STOCK))).text()).toBe(body);
      expect(reports.map(String)).toContain(`Error: ${name} failed`);
    }
  });

  it("to purge has nothing any more that it had", async () => {
    const store = new Failing();
    const { get, send, reports } = site(store);
    await get(urlOf(STOCK));
    expect(status(await get(urlOf(STOCK)))).toContain("hit");
    store.fails.add("purge");
    expect((await send("POST", "/mizan/call/")).status).toBe(200);
    expect(await (await get(urlOf(STOCK))).text()).toBe("3");
    expect(status(await get(urlOf(STOCK)))).toContain("hit");
    expect(reports.map(String)).toEqual(["Error: purge failed"]);
  });

  it("to purge at the start has nothing of a process before", async () => {
    const store = new Failing();
    const first = site(store);
    for (let turn = 0; turn < 5; turn += 1) await first.send("POST", "/mizan/call/");
    await first.get(urlOf(STOCK));
    store.fails.add("purge");
    const { get } = site(store);
    expect(status(await get(urlOf(STOCK)))).toContain("fwd=uri-miss");
    expect(status(await get(urlOf(STOCK)))).toContain("hit");
  });

  it("is given nothing that was purged in flight", async () => {
    const store = new Failing();
    let go = (): void => undefined;
    const { get, send } = before(
      async ({ method }) => {
        if (method === "POST") return done(["stock"]);
        await new Promise<void>((resolve) => (go = resolve));
        return answer(STOCK, "{}");
      },
      { store },
    );
    const reading = get(urlOf(STOCK));
    await expect.poll(() => go.toString()).not.toContain("undefined");
    await send("POST", "/mizan/call/");
    go();
    expect(status(await reading)).toBe("fwd=uri-miss; fwd-status=200");
    expect(store.puts).toEqual([]);
  });
});

describe("an origin that fails", () => {
  it("gives nobody what was purged since it was found", async () => {
    let isDown = false;
    let fail = (): void => undefined;
    const { get, send, wait } = before(async ({ method }) => {
      if (method === "POST") return done(["stock"]);
      if (isDown) {
        await new Promise<void>((resolve) => (fail = resolve));
        return new Response("", { status: 503 });
      }
      const reply = await answer(STOCK, "{}");
      reply.headers.set("Cache-Control", "public, s-maxage=60, stale-if-error=600");
      return reply;
    });
    await get(urlOf(STOCK));
    wait(61);
    isDown = true;
    const reading = get(urlOf(STOCK));
    await expect.poll(() => fail.toString()).not.toContain("undefined");
    await send("POST", "/mizan/call/");
    fail();
    expect((await reading).status).toBe(503);
  });

  it("fails those who wait for one fetch together", async () => {
    const { get, seen } = before(async () => {
      await new Promise((resolve) => setTimeout(resolve, 5));
      throw new Error("down");
    });
    const replies = await Promise.all([get("/a"), get("/a"), get("/a")]);
    expect(replies.map((each) => each.status)).toEqual([502, 502, 502]);
    expect(seen).toHaveLength(1);
  });

  it("in what nobody waits for is told to nobody but the log", async () => {
    let isDown = false;
    const control = "public, s-maxage=60, stale-while-revalidate=60";
    const { get, wait } = before(() => {
      if (isDown) return new Response("secret", { status: 500 });
      return new Response("whole", { headers: { "Cache-Control": control } });
    });
    await get("/a");
    isDown = true;
    wait(70);
    for (let turn = 0; turn < 3; turn += 1) expect(await (await get("/a")).text()).toBe("whole");
  });

  it("is asked no longer where the client has gone", async () => {
    const gone = new AbortController();
    const { edge, seen } = before(
      ({ signal }) =>
        new Promise((_, reject) => {
          signal.addEventListener("abort", () => {
            reject(new Error("aborted"));
          });
        }),
    );
    const headers = { Range: "bytes=0-1" };
    const reading = edge(new Request("http://shop.example/a", { headers, signal: gone.signal }));
    await expect.poll(() => seen.length).toBe(1);
    gone.abort();
    expect((await reading).status).toBe(502);
    const late = edge(new Request("http://shop.example/a", { headers, signal: gone.signal }));
    expect([(await late).status, seen.length]).toEqual([502, 1]);
  });
});

describe("bodies over the limit", () => {
  it("are ended at the origin by who reads no further", async () => {
    let isCancelled = false;
    const { get } = before(
      () =>
        new Response(
          new ReadableStream({
            pull(controller) {
              controller.enqueue(new Uint8Array(1000));
            },
            cancel() {
              isCancelled = true;
            },
          }),
          { headers: { "Cache-Control": "public, s-maxage=60" } },
        ),
      { maxEntryBytes: 1500 },
    );
    const reader = (await get("/a")).body?.getReader();
    for (let turn = 0; turn < 4; turn += 1)
      expect((await reader?.read())?.value?.length).toBe(1000);
    await reader?.cancel();
    expect(isCancelled).toBe(true);
  });
});

describe("pages", () => {
  const { name } = namerOf(MANIFEST);
  const names = (path: string): string[] | null => {
    const found = name(new URL(path, "http://shop.example"), new Headers());
    return found === null ? null : [...found].sort();
  };

  it.each<[string, string[] | null]>([
    ["/profile/5/", ["/profile/*/", "/profile/5/"]],
    ["/profile/5/?a=1", ["/profile/*/", "/profile/5/", "/profile/5/?a=1"]],
    ["/profile/5/x%20y/", ["/profile/*/*/", "/profile/5/*/", "/profile/5/x%20y/"]],
    ["/profile/05/", null],
    ["/profile/five/", null],
    ["/profile/5", ["/profile/5"]],
    ["/mizan/ctx/stock/", null],
    ["/mizan/call/", ["/mizan/call/"]],
  ])("%s is named %j", (path, expected) => {
    expect(names(path)).toEqual(expected);
  });
});

it("the platform's fetch is asked for what is not encoded, and follows no redirect", async () => {
  const server = createServer(({ headers }, reply) => {
    reply.writeHead(302, { Location: "/b" }).end(headers["accept-encoding"]);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const edge = createEdge({ manifest: MANIFEST, origin: `http://127.0.0.1:${port}` });
  const headers = { "Accept-Encoding": "gzip" };
  const reply = await edge(new Request("http://shop.example/a", { headers }));
  expect([reply.status, await reply.text()]).toEqual([302, "identity"]);
  server.closeAllConnections();
  server.close();
});

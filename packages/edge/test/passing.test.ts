/** What of a request reaches the origin, and what of a reply reaches the client. */

import { describe, expect, it } from "vitest";
import { before, answer, done, STOCK, status, tokenFor, urlOf } from "./site.js";

/** By which frameworks and their servers take another host, scheme, path or method. */
const STEERING = [
  "Forwarded",
  "Front-End-Https",
  "Path-Info",
  "PATH_INFO",
  "SCRIPT_NAME",
  "Script-Name",
  "X-Forwarded-Host",
  "X-Forwarded-Port",
  "X-Forwarded-Prefix",
  "X-Forwarded-Protocol",
  "X-Forwarded-Server",
  "X-Forwarded-Ssl",
  "X-Forwarded-Scheme",
  "X-Host",
  "X-HTTP-Method",
  "X-HTTP-Method-Override",
  "X-Method-Override",
  "X-Original-Host",
  "X-Original-URL",
  "X-Rewrite-URL",
  "X-Scheme",
  "X-Script-Name",
  "X-Url-Scheme",
];

describe("a request reaches the origin", () => {
  it("without what only origins say, and what names another host, path or method", async () => {
    const { send, seen } = before(() => done([]));
    const taken = {
      "X-Mizan-Invalidate": "*",
      "Cache-Groups": '"a"',
      "Cache-Group-Invalidation": '"a"',
      "Surrogate-Key": "a",
      "Cache-Tag": "a",
      "Edge-Cache-Tag": "a",
      xkey: "a",
      "xkey-purge": "a",
      "X-Mizan-Purge-Token": "a",
      "Mizan-Cache-Control": "max-age=9",
      ...Object.fromEntries(STEERING.map((name) => [name, "evil"])),
      X_Mizan_Token: "a",
      Connection: "X-Secret, keep-alive",
      "X-Secret": "a",
      TE: "trailers",
      Upgrade: "websocket",
      "Proxy-Authorization": "a",
    };
    const kept = { Accept: "text/html", Cookie: "a=1", Authorization: "Basic YTpi" };
    await send("POST", "/mizan/call/?a=1", { headers: { ...taken, ...kept }, body: "body" });
    const [asked] = seen;
    expect(asked?.url).toBe("http://127.0.0.1:8000/mizan/call/?a=1");
    expect(Object.fromEntries(asked?.headers ?? [])).toEqual({
      accept: "text/html",
      authorization: "Basic YTpi",
      cookie: "a=1",
      "content-type": "text/plain;charset=UTF-8",
      host: "shop.example",
      via: "1.1 mizan-edge",
      "x-forwarded-proto": "http",
    });
    expect(await asked?.text()).toBe("body");
  });

  it("as it comes, byte for byte, and so does the reply", async () => {
    const bytes = Uint8Array.from({ length: 70_000 }, (_, at) => (at * 7) % 256);
    const { send } = before(async (request) => new Response(await request.arrayBuffer()));
    const reply = await send("POST", "/upload/", { body: bytes });
    expect(new Uint8Array(await reply.arrayBuffer())).toEqual(bytes);
  });

  it("with the protocol that the server in front says, if there is one", async () => {
    for (const behindProxy of [false, true]) {
      const { get, seen } = before(() => answer(STOCK, "{}"), { behindProxy });
      for (const said of ["https", "http", "gopher"]) {
        await get(urlOf(STOCK), { "X-Forwarded-Proto": said });
      }
      const told = seen.map(({ headers }) => headers.get("X-Forwarded-Proto"));
      expect(told).toEqual(behindProxy ? ["https", "http"] : ["http"]);
    }
  });

  it.each(["TRACE", "CONNECT", "TRACK"])("not by %s", async (method) => {
    const { edge, seen } = before(() => done([]));
    const reply = await edge(new Request("http://shop.example/"), { method });
    expect([reply.status, seen.length]).toEqual([405, 0]);
    expect(reply.headers.get("Allow")).toContain("GET");
  });
});

describe("a reply reaches the client", () => {
  it("without tags, unless they are to be kept", async () => {
    for (const keepTags of [false, true]) {
      const { get, send } = before(
        async ({ method }) => {
          const reply = method === "GET" ? await answer(STOCK, "{}") : done(["stock"]);
          reply.headers.set("Surrogate-Key", "stock");
          reply.headers.set("Cache-Group-Invalidation", '"stock"');
          return reply;
        },
        { keepTags },
      );
      const replies = [await get(urlOf(STOCK)), await get(urlOf(STOCK)), await send("POST", "/c/")];
      for (const { headers } of replies) {
        expect([headers.has("Surrogate-Key"), headers.has("Cache-Group-Invalidation")]).toEqual([
          keepTags,
          keepTags,
        ]);
      }
      expect(replies[1]?.headers.has("Cache-Groups")).toBe(keepTags);
      expect(replies[2]?.headers.get("X-Mizan-Invalidate")).toBe("stock");
    }
  });

  it("for no cache between to keep, unless tags tell it of purges", async () => {
    const kept = "public, s-maxage=31536000";
    const closed = "public, no-cache";
    for (const [said, keepTags, told] of [
      [kept, false, closed],
      ["S-MaxAge=60", false, closed],
      [kept, true, kept],
      ["private, s-maxage=60", false, "private, s-maxage=60"],
      ["no-store, s-maxage=60", false, "no-store, s-maxage=60"],
      ["public, max-age=60", false, "public, max-age=60"],
    ] as const) {
      const headers = { "Cache-Control": said, ETag: '"1"' };
      const { get, send, wait } = before(
        ({ headers: asked }) =>
          asked.has("If-None-Match")
            ? new Response(null, { status: 304, headers: { ETag: '"1"' } })
            : new Response("{}", { headers }),
        { keepTags },
      );
      const replies = [await get("/a"), await get("/a"), await send("POST", "/b")];
      replies.push(await get("/a", { Range: "bytes=0-1" }));
      for (const reply of replies) expect(reply.headers.get("Cache-Control")).toBe(told);
      const isKept = !/private|no-store/.test(said);
      wait(31_536_001);
      expect((await get("/a")).headers.get("Cache-Control")).toBe(told);
      expect(status(await get("/a")).startsWith("hit")).toBe(isKept); // its term is the origin's
    }
  });

  it("with what caches behind said", async () => {
    const { get } = before(async () => {
      const reply = await answer(STOCK, "{}");
      reply.headers.set("Cache-Status", "mizan; hit");
      reply.headers.set("Connection", "X-Hop");
      reply.headers.set("X-Hop", "a");
      return reply;
    });
    await get(urlOf(STOCK));
    const { headers } = await get(urlOf(STOCK));
    expect(headers.get("Cache-Status")).toMatch(/^mizan; hit, mizan-edge; hit; ttl=\d+$/);
    expect(headers.has("X-Hop")).toBe(false);
  });

  it("as a problem where the origin takes too long", async () => {
    const { get } = before(
      ({ signal }) =>
        new Promise((_, reject) => {
          signal.addEventListener("abort", () => {
            reject(new Error("aborted"));
          });
        }),
      { timeout: 0.01 },
    );
    const reply = await get("/a");
    expect([reply.status, reply.headers.get("Cache-Control")]).toEqual([504, "no-store"]);
    expect(await reply.json()).toMatchObject({ code: "unavailable", title: "Gateway Timeout" });
  });

  it("as a problem without details where the edge fails", async () => {
    const { get, reports } = before(() => done([]), {
      clock: () => {
        throw new Error("secret");
      },
    });
    const reply = await get("/a");
    expect([reply.status, await reply.text()]).toEqual([
      500,
      expect.not.stringContaining("secret"),
    ]);
    expect(reports).toHaveLength(1);
  });

  it("with redirects and cookies as they are", async () => {
    const { get } = before(() => {
      const headers = new Headers({ Location: "/b" });
      headers.append("Set-Cookie", "a=1");
      headers.append("Set-Cookie", "b=2");
      return new Response(null, { status: 302, headers });
    });
    const reply = await get("/a");
    expect([reply.status, reply.headers.get("Location")]).toEqual([302, "/b"]);
    expect(reply.headers.getSetCookie()).toEqual(["a=1", "b=2"]);
  });
});

describe("requests that may share a fetch", () => {
  it("do, and those whose reply nobody may keep go their own way", async () => {
    for (const [control, fetches] of [
      ["public, s-maxage=60", 1],
      ["no-store", 3],
    ] as const) {
      let count = 0;
      const { get } = before(async () => {
        count += 1;
        const body = String(count);
        await new Promise((resolve) => setTimeout(resolve, 5));
        return new Response(body, { headers: { "Cache-Control": control } });
      });
      const replies = await Promise.all([get("/a"), get("/a"), get("/a")]);
      expect(count).toBe(fetches);
      expect(new Set(await Promise.all(replies.map((each) => each.text()))).size).toBe(fetches);
      expect(replies.filter((each) => status(each).includes("collapsed"))).toHaveLength(
        fetches === 1 ? 2 : 0,
      );
    }
  });

  it("do not wait for each other again for a while, and keep their conditions", async () => {
    let isKept = false;
    const { get, wait, seen } = before(() => {
      const control = isKept ? "public, s-maxage=60" : "no-store";
      return new Response("{}", { headers: { "Cache-Control": control, ETag: '"1"' } });
    });
    await get("/a");
    await get("/a", { "If-None-Match": '"1"' });
    expect(seen[1]?.headers.get("If-None-Match")).toBe('"1"');
    wait(11);
    isKept = true;
    expect((await get("/a", { "If-None-Match": '"1"' })).status).toBe(304);
    expect(seen[2]?.headers.get("If-None-Match")).toBeNull();
    expect(status(await get("/a"))).toContain("hit");
  });

  it("never across variants or users", async () => {
    let count = 0;
    const { get } = before(async ({ headers }) => {
      count += 1;
      await new Promise((resolve) => setTimeout(resolve, 5));
      const language = headers.get("Accept-Language") ?? "";
      return new Response(language, {
        headers: { "Cache-Control": "public, s-maxage=60", Vary: "Accept-Language" },
      });
    });
    const replies = await Promise.all(
      ["en", "de", "en"].map((language) => get("/a", { "Accept-Language": language })),
    );
    expect(await Promise.all(replies.map((each) => each.text()))).toEqual(["en", "de", "en"]);
    expect(count).toBe(2);
  });

  it("are one for what the manifest says is for all, whoever asks", async () => {
    const { get, seen } = before(async () => {
      await new Promise((resolve) => setTimeout(resolve, 5));
      return answer(STOCK, "{}");
    });
    const tokens = await Promise.all(["5", "6"].map((sub) => tokenFor(sub)));
    await Promise.all(tokens.map((token) => get(urlOf(STOCK), { "X-Mizan-Token": token })));
    expect(seen).toHaveLength(1);
  });
});

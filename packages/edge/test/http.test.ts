/** What RFC 9111 asks of a shared cache, line by line: what it keeps, and when it uses that. */

import { describe, expect, it } from "vitest";
import { before, counting, SHARED, status, text, type Fields } from "./site.js";

describe("keeps (RFC 9111, section 3)", () => {
  it.each([
    "public, s-maxage=60",
    "s-maxage=60",
    "PUBLIC, S-MaxAge=60",
    'public, s-maxage="60"',
    "public, max-age=60",
    "public, max-age=0, s-maxage=60",
    'public,, s-maxage=60, ext="a, no-store"',
    "public, s-maxage=99999999999, s-maxage=60",
  ])("%s", async (value) => {
    const { get, seen } = counting({ "Cache-Control": value });
    const [first, second] = [await get("/a"), await get("/a")];
    const is = value.includes("99999999999") ? 2 : 1; // a number that is too long is none
    expect(seen).toHaveLength(is);
    expect([status(first), await first.text()]).toEqual([
      `fwd=uri-miss; fwd-status=200${is === 1 ? "; stored" : ""}`,
      "body 1",
    ]);
    expect(await second.text()).toBe(`body ${is}`);
  });

  it.each([200, 203, 204, 300, 301, 302, 307, 308, 404, 410])("status %i", async (code) => {
    const { get, seen } = counting(SHARED, code);
    const replies = [await get("/a"), await get("/a")];
    expect(replies.map((each) => each.status)).toEqual([code, code]);
    expect(seen).toHaveLength(1);
  });
});

describe("does not keep", () => {
  it.each<Fields>([
    {},
    { "Cache-Control": "public" },
    { "Cache-Control": "max-age=60" },
    { "Cache-Control": "private, max-age=60" },
    { "Cache-Control": "public, no-store, s-maxage=60" },
    { "Cache-Control": "public, s-maxage=60, No-Cache" },
    { "Cache-Control": 'public, s-maxage=60, no-cache="a"' },
    { "Cache-Control": "private, s-maxage=60" },
    { "Cache-Control": "public, s-maxage=0, max-age=60" },
    { "Cache-Control": "public, s-maxage=" },
    { "Cache-Control": "public, s-maxage=-1" },
    { "Cache-Control": "public, s-maxage=1e9" },
    { Expires: "Fri, 01 Jan 2100 00:00:00 GMT" },
    { ...SHARED, "Set-Cookie": "a=1" },
    { ...SHARED, Vary: "*" },
    { ...SHARED, Vary: "Accept, *" },
    { ...SHARED, "Cache-Groups": "not a list of strings" },
    { ...SHARED, "Mizan-Cache-Control": "max-age=60" },
    { "Cache-Control": "private", "Mizan-Cache-Control": "max-age=60" },
  ])("%j", async (fields) => {
    const { get, seen } = counting(fields);
    expect([await text(get("/a")), await text(get("/a"))]).toEqual(["body 1", "body 2"]);
    expect(seen).toHaveLength(2);
  });

  it.each([201, 206, 303, 400, 403, 500, 503])("status %i", async (code) => {
    const { get, seen } = counting(SHARED, code);
    await get("/a");
    await get("/a");
    expect(seen).toHaveLength(2);
  });

  it.each(["POST", "PUT", "PATCH", "DELETE", "OPTIONS", "HEAD", "REPORT"])(
    "a reply to %s",
    async (method) => {
      const { get, send, seen } = counting(SHARED);
      await send(method, "/a");
      await get("/a");
      expect(seen.map((each) => each.method)).toEqual([method, "GET"]);
    },
  );

  it("a body over the limit, which passes whole", async () => {
    const body = "x".repeat(3000);
    const { get, seen } = before(() => new Response(body, { headers: SHARED }), {
      maxEntryBytes: 2999,
    });
    expect([await text(get("/a")), await text(get("/a"))]).toEqual([body, body]);
    expect(seen).toHaveLength(2);
  });
});

describe("uses what is kept (RFC 9111, section 4)", () => {
  it("until its term ends, and says its age", async () => {
    const { get, wait } = counting({ ...SHARED, Age: "10" });
    await get("/a");
    wait(49);
    const hit = await get("/a");
    expect([status(hit), hit.headers.get("Age")]).toEqual(["hit; ttl=1", "59"]);
    wait(1);
    expect(status(await get("/a"))).toBe("fwd=stale; fwd-status=200; stored");
  });

  it("for the same query alone, host and protocol included", async () => {
    const { get, edge } = counting(SHARED);
    const paths = ["/a?x=1", "/a?x=2", "/a?x=1&", "/a?x=%31", "/a", "/A"];
    const bodies = [];
    for (const path of [...paths, ...paths]) bodies.push(await text(get(path)));
    expect(bodies.slice(6)).toEqual(bodies.slice(0, 6));
    expect(new Set(bodies).size).toBe(6);
    const other = (url: string): Promise<string> => text(edge(new Request(url)));
    expect(await other("http://other.example/a")).toBe("body 7");
    expect(await other("https://shop.example/a")).toBe("body 8");
  });

  it.each([
    ["/b/../a/x", "/a/x"],
    ["//a//x", "/a/x"],
    ["/a/./x", "/a/x"],
    ["/%61/x", "/a/x"],
    ["/a/%2e%2e/a/x", "/a/x"],
    ["/a/%7Ex", "/a/~x"],
    ["/a%2fx", "/a%2Fx"],
    ["/a/x#part", "/a/x"],
  ])("asks for %s as %s", async (spelled, normal) => {
    const { get, seen } = counting(SHARED);
    await get(spelled);
    expect(status(await get(normal))).toContain("hit");
    expect(seen.map(({ url }) => url)).toEqual([`http://127.0.0.1:8000${normal}`]);
  });

  it("one variant for each value of what Vary names", async () => {
    const { get, seen } = counting({ ...SHARED, Vary: "accept-language, Accept" });
    const ask = (language: string): Promise<string> =>
      text(get("/a", { "Accept-Language": language }));
    expect([await ask("en"), await ask("de"), await ask("en"), await ask("de")]).toEqual([
      "body 1",
      "body 2",
      "body 1",
      "body 2",
    ]);
    expect(seen).toHaveLength(2);
  });

  it("for HEAD, without the body", async () => {
    const { get, send } = counting(SHARED);
    await get("/a");
    const head = await send("HEAD", "/a");
    expect([status(head), head.headers.get("Content-Length"), await head.text()]).toEqual([
      "hit; ttl=60",
      "6",
      "",
    ]);
  });

  it("whatever the request says of caching", async () => {
    const { get, seen } = counting(SHARED);
    await get("/a");
    await get("/a", { "Cache-Control": "no-cache", Pragma: "no-cache" });
    expect(seen).toHaveLength(1);
  });

  it("not for a part of it", async () => {
    const { get, seen } = counting(SHARED);
    await get("/a");
    expect(status(await get("/a", { Range: "bytes=0-1" }))).toBe("fwd=bypass");
    expect(seen[1]?.headers.get("Range")).toBe("bytes=0-1");
  });
});

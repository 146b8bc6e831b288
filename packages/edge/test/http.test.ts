/** What RFC 9111 and its relatives ask of a shared cache, line by line. */

import { describe, expect, it } from "vitest";
import { before, status } from "./site.js";

type Fields = Record<string, string>;

/** A site whose every reply has these fields, and a body that counts. */
function counting(fields: Fields | ((asked: Request) => Fields), code = 200) {
  let count = 0;
  return before((asked) => {
    count += 1;
    const headers = typeof fields === "function" ? fields(asked) : fields;
    return new Response([204, 304].includes(code) ? null : `body ${count}`, {
      status: code,
      headers,
    });
  });
}

const SHARED = { "Cache-Control": "public, s-maxage=60" };
const text = async (response: Promise<Response>): Promise<string> => (await response).text();

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

describe("validates (RFC 9110, section 13; RFC 9111, section 4.3)", () => {
  const validated = { ...SHARED, ETag: '"v1"', "Last-Modified": "Fri, 01 Jan 2021 00:00:00 GMT" };

  it.each<[Fields, number]>([
    [{ "If-None-Match": '"v1"' }, 304],
    [{ "If-None-Match": 'W/"v1"' }, 304],
    [{ "If-None-Match": '"v0", "v1"' }, 304],
    [{ "If-None-Match": "*" }, 304],
    [{ "If-None-Match": '"v2"' }, 200],
    [{ "If-None-Match": "v1" }, 200],
    [{ "If-None-Match": '"v2"', "If-Modified-Since": "Fri, 01 Jan 2021 00:00:00 GMT" }, 200],
    [{ "If-Modified-Since": "Fri, 01 Jan 2021 00:00:00 GMT" }, 304],
    [{ "If-Modified-Since": "Thu, 31 Dec 2020 00:00:00 GMT" }, 200],
    [{ "If-Modified-Since": "when?" }, 200],
  ])("%j gets %i, from what is kept and from what just came", async (headers, code) => {
    const { get, seen } = counting(validated);
    const replies = [await get("/a", headers), await get("/a", headers)];
    expect(replies.map((each) => each.status)).toEqual([code, code]);
    expect(await Promise.all(replies.map((each) => each.text()))).toEqual(
      code === 304 ? ["", ""] : ["body 1", "body 1"],
    );
    expect(replies[1]?.headers.get("ETag")).toBe('"v1"');
    expect(seen).toHaveLength(1);
    expect([...(seen[0]?.headers.keys() ?? [])].filter((name) => name.startsWith("if-"))).toEqual(
      [],
    );
  });

  it("what is past its term, and takes the newer fields", async () => {
    let asked = 0;
    const { get, wait, seen } = before(({ headers }) => {
      asked += 1;
      const fields = { ...validated, "X-Count": String(asked) };
      const isSame = headers.get("If-None-Match") === '"v1"';
      return new Response(isSame ? null : "whole", { status: isSame ? 304 : 200, headers: fields });
    });
    await get("/a");
    wait(60);
    const again = await get("/a");
    expect([again.status, await again.text(), status(again)]).toEqual([
      200,
      "whole",
      "fwd=stale; fwd-status=304; stored",
    ]);
    const hit = await get("/a");
    expect([hit.headers.get("X-Count"), status(hit)]).toEqual(["2", "hit; ttl=60"]);
    expect(seen).toHaveLength(2);
  });

  it.each<[string, Fields, boolean]>([
    ["that says no tags", {}, true],
    ["that says more tags", { "Cache-Groups": '"b"' }, true],
    ["whose tags cannot be read", { "Cache-Groups": "b" }, false],
  ])("what a purge by its first tags still drops, after a 304 %s", async (_, said, isKept) => {
    const { get, send, wait } = before(({ method, headers }) => {
      if (method === "POST") {
        return new Response("{}", { headers: { "Cache-Group-Invalidation": '"a"' } });
      }
      const isSame = headers.has("If-None-Match");
      const fields = isSame ? { ...validated, ...said } : { ...validated, "Cache-Groups": '"a"' };
      return new Response(isSame ? null : "whole", { status: isSame ? 304 : 200, headers: fields });
    });
    await get("/a");
    wait(60);
    await get("/a");
    expect(status(await get("/a")).startsWith("hit")).toBe(isKept);
    await send("POST", "/b");
    expect(status(await get("/a"))).not.toContain("hit");
  });

  it("gives a 304 with cookies to nobody else", async () => {
    let asked = 0;
    const { get, wait } = before(() => {
      asked += 1;
      if (asked === 1) return new Response("whole", { headers: validated });
      const headers = new Headers({ ...validated });
      for (const cookie of ["a=1", "b=2"]) headers.append("Set-Cookie", cookie);
      return new Response(null, { status: 304, headers });
    });
    await get("/a");
    wait(60);
    const again = await get("/a");
    expect([again.status, await again.text(), again.headers.getSetCookie()]).toEqual([
      200,
      "whole",
      ["a=1", "b=2"],
    ]);
    expect(status(await get("/a"))).toContain("fwd");
  });
});

describe("past its term (RFC 5861)", () => {
  const GRACE = { "Cache-Control": "public, s-maxage=60, stale-while-revalidate=30" };
  const ERROR = { "Cache-Control": "public, s-maxage=60, stale-if-error=30" };

  it("sends what is kept while it asks anew, as long as the reply says", async () => {
    const { get, wait, seen } = counting(GRACE);
    await get("/a");
    wait(70);
    const stale = await get("/a");
    expect([status(stale), await stale.text()]).toEqual(["hit; ttl=-10", "body 1"]);
    await expect.poll(async () => text(get("/a"))).toBe("body 2");
    expect(seen).toHaveLength(2);
    wait(90);
    expect(await text(get("/a"))).toBe("body 3");
  });

  it.each([
    ["fails", () => Promise.reject(new Error("down"))],
    ["says 503", () => new Response("busy", { status: 503 })],
  ])("sends what is kept where the origin %s", async (_, fail) => {
    let isDown = false;
    const { get, wait } = before(() =>
      isDown ? fail() : new Response("whole", { headers: ERROR }),
    );
    await get("/a");
    isDown = true;
    wait(70);
    const stale = await get("/a");
    expect([status(stale), await stale.text()]).toEqual(["hit; ttl=-10; detail=error", "whole"]);
    wait(20);
    expect((await get("/a")).status).toBeGreaterThanOrEqual(502);
  });

  it("sends nothing where it must be asked for", async () => {
    const strict = "public, s-maxage=60, must-revalidate, stale-while-revalidate=30";
    const { get, wait } = counting({ "Cache-Control": strict });
    await get("/a");
    wait(60);
    expect(await text(get("/a"))).toBe("body 2");
  });

  it("counts what the edge was set to where the reply says nothing", async () => {
    const { get, wait } = before(() => new Response("whole", { headers: SHARED }), {
      staleWhileRevalidate: 30,
    });
    await get("/a");
    wait(70);
    expect(status(await get("/a"))).toBe("hit; ttl=-10");
  });
});

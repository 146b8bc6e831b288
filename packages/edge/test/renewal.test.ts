/** What RFC 9110, 9111 and 5861 ask of what is validated, or past its term. */

import { describe, expect, it } from "vitest";
import { before, counting, SHARED, status, text, type Fields } from "./site.js";

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

import { createHmac } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { CacheKeyParts } from "../src/index.js";
import { deriveCacheKey, permissionKey } from "../src/key.js";
import { text } from "./arbitraries.js";
import { laterCodeOf } from "./expect.js";

const SECRET = new Uint8Array(32).fill(7);
const SHORT = new Uint8Array(31);
const hmac = (data: string): string => createHmac("sha256", SECRET).update(data).digest("hex");

const INPUT: CacheKeyParts = {
  aud: "shop",
  context: "user",
  params: { user_id: "5", page: "1" },
  rev: 2,
  schema: "ab",
};

describe("deriveCacheKey", () => {
  it("is the HMAC of the canonical text", async () => {
    const text =
      '{"aud":"shop","context":"user","params":{"page":"1","user_id":"5"},"pkey":null,' +
      '"rev":2,"schema":"ab","user":null,"v":1,"vary":{}}';
    expect(await deriveCacheKey(SECRET, INPUT)).toBe(`mizan:1:e:user:${hmac(text)}`);
    const full = { ...INPUT, pkey: null, user: null, v: 1, vary: {} };
    expect(await deriveCacheKey(SECRET, full)).toBe(`mizan:1:e:user:${hmac(text)}`);
  });

  it("differs where any part of it does", async () => {
    const own = { user: "5", pkey: "p" };
    const variants: CacheKeyParts[] = [
      INPUT,
      { ...INPUT, aud: "other" },
      { ...INPUT, context: "cart" },
      { ...INPUT, params: {} },
      { ...INPUT, rev: 3 },
      { ...INPUT, schema: "cd" },
      { ...INPUT, vary: { language: "de" } },
      { ...INPUT, ...own },
      { ...INPUT, ...own, pkey: "q" },
      { ...INPUT, ...own, user: "6" },
    ];
    const keys = await Promise.all(variants.map((each) => deriveCacheKey(SECRET, each)));
    expect(new Set(keys).size).toBe(variants.length);
  });

  it("refuses short secrets, and a user without permissions or the reverse", async () => {
    expect(await laterCodeOf(() => deriveCacheKey(SHORT, INPUT))).toBe("key.secret");
    for (const half of [{ user: "5" }, { pkey: "p" }]) {
      const input = { ...INPUT, ...half };
      expect(await laterCodeOf(() => deriveCacheKey(SECRET, input))).toBe("document.invalid");
    }
  });
});

describe("permissionKey", () => {
  it("is half an HMAC of sorted permissions without repetitions", async () => {
    const key = await permissionKey(SECRET, ["b", "a", "b", "\ufb33", "😀"], true, false);
    const text = '{"perms":["a","b","😀","\ufb33"],"staff":true,"superuser":false}';
    expect(key).toBe(hmac(text).slice(0, 32));
  });

  it("does not depend on order or repetition", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(text), async (perms) => {
        const shuffled = [...perms, ...perms].reverse();
        expect(await permissionKey(SECRET, shuffled, false, false)).toBe(
          await permissionKey(SECRET, perms, false, false),
        );
      }),
      { numRuns: 30 },
    );
  });

  it("refuses short secrets", async () => {
    expect(await laterCodeOf(() => permissionKey(SHORT, [], false, false))).toBe("key.secret");
  });
});

import { createHash } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Cache } from "../src/index.js";
import { effectivePolicy, etag, responseHeaders, type ResponseFacts } from "../src/policy.js";

const FACTS: ResponseFacts = {
  kind: "context",
  cache: true,
  userScoped: false,
  anonymous: false,
  edge: true,
  canonical: true,
  noStore: false,
  leaked: false,
  etag: '"e"',
  url: "/ctx/user/?id=5",
  tags: ["user", "h-a"],
};
const NO_STORE = { "Cache-Control": "no-store" };
const PRIVATE = { "Cache-Control": "private, no-store" };
const GROUPS = { "Cache-Groups": '"user", "h-a"' };
const ETAG = { ETag: '"e"' };
const OWN = {
  "Cache-Control": "private, no-cache",
  Vary: "Authorization, Cookie, X-Mizan-Token",
  ...ETAG,
};

describe("responseHeaders", () => {
  it.each<[Partial<ResponseFacts>, Record<string, string>]>([
    [{ kind: "call", leaked: true }, NO_STORE],
    [{ kind: "error" }, NO_STORE],
    [{ leaked: true, cache: false }, PRIVATE],
    [{ cache: false, canonical: false }, NO_STORE],
    [{ noStore: true, userScoped: true }, NO_STORE],
    [
      { canonical: false, userScoped: true },
      { ...NO_STORE, "Content-Location": FACTS.url },
    ],
    [{ userScoped: true, anonymous: true }, PRIVATE],
    [
      { userScoped: true, cache: 60 },
      { ...OWN, "Mizan-Cache-Control": "max-age=60", ...GROUPS },
    ],
    [{ userScoped: true, edge: false }, OWN],
    [
      { edge: false, networks: ["fastly"] },
      { "Cache-Control": "public, no-cache", ...ETAG },
    ],
    [
      { cache: 5, networks: ["fastly", "akamai"] },
      {
        "Cache-Control": "public, max-age=0, s-maxage=5",
        ...ETAG,
        ...GROUPS,
        "Surrogate-Key": "user h-a",
        "Edge-Cache-Tag": "user,h-a",
      },
    ],
    [{}, { "Cache-Control": "public, max-age=0, s-maxage=31536000", ...ETAG, ...GROUPS }],
    [
      { kind: "view", cache: 0 },
      { "Cache-Control": "public, max-age=0, s-maxage=0", ...ETAG, ...GROUPS },
    ],
    [
      { edge: false, anonymous: true },
      { "Cache-Control": "public, no-cache", ...ETAG },
    ],
  ])("for %j", (facts, headers) => {
    expect(responseHeaders({ ...FACTS, ...facts })).toEqual(headers);
  });
});

describe("etag", () => {
  it("is half a SHA-256 of the body", async () => {
    const digest = createHash("sha256").update("é").digest("hex").slice(0, 32);
    expect(await etag("é")).toBe(`"${digest}"`);
    expect(await etag(Uint8Array.of(0xc3, 0xa9))).toBe(`"${digest}"`);
  });
});

describe("effectivePolicy", () => {
  it.each<[{ rev?: number; cache?: Cache }[], { rev: number; cache: Cache }]>([
    [[], { rev: 0, cache: true }],
    [[{}, { rev: 3 }], { rev: 3, cache: true }],
    [[{ cache: 60 }, { cache: true }], { rev: 0, cache: 60 }],
    [[{ cache: 60 }, { cache: 0 }], { rev: 0, cache: 0 }],
    [[{ cache: 0 }, { cache: false, rev: 1 }, {}], { rev: 1, cache: false }],
  ])("of %j is %j", (functions, policy) => {
    expect(effectivePolicy(functions)).toEqual(policy);
  });

  it("does not depend on the order", () => {
    const cache = fc.oneof(fc.boolean(), fc.nat());
    fc.assert(
      fc.property(fc.array(fc.record({ rev: fc.nat(), cache })), (functions) => {
        expect(effectivePolicy([...functions].reverse())).toEqual(effectivePolicy(functions));
      }),
    );
  });
});

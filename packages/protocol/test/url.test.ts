import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Parameter } from "../src/index.js";
import { buildRequest, canonicalUrl, effectiveParams, parseQuery } from "../src/url.js";
import { anyBytes, anyText, text, textOf } from "./arbitraries.js";
import { codeOf } from "./expect.js";

const PARAMETERS: Parameter[] = [
  { name: "user_id", type: { type: "integer" }, required: true },
  { name: "page", type: { type: "integer" }, required: false, default: "1" },
  { name: "q", type: { type: "string" }, required: false, nullable: true, default: null },
  { name: "tags", type: { type: "list", items: { type: "string" } }, required: false, default: [] },
];

const effective = (args: Record<string, unknown>): unknown => effectiveParams(PARAMETERS, args);
const build = (args: Record<string, unknown>, base = "/m/"): unknown =>
  buildRequest(base, "user", PARAMETERS, args);
const parse = (query: string | Uint8Array): unknown => parseQuery("/m/", "user", PARAMETERS, query);

describe("effectiveParams", () => {
  it("coerces, fills in defaults, leaves null out, sorts by name", () => {
    expect(Object.entries(effectiveParams(PARAMETERS, { user_id: "5", q: null }))).toEqual([
      ["page", 1],
      ["tags", []],
      ["user_id", 5],
    ]);
    expect(effective({ user_id: 5, page: undefined, q: "", tags: '["a"]' })).toEqual({
      user_id: 5,
      page: 1,
      q: "",
      tags: ["a"],
    });
    expect(effectiveParams([{ name: "a", type: { type: "string" }, required: false }], {})).toEqual(
      {},
    );
  });

  it.each<[Record<string, unknown>, string, string]>([
    [{}, "param.missing", "/user_id"],
    [{ zoo: 1, "a/~": 1, page: "x" }, "param.unknown", "/a~1~0"],
    [{ constructor: 1, user_id: 5 }, "param.unknown", "/constructor"],
    [{ page: "x" }, "coerce.lexical", "/page"],
    [{ user_id: null }, "coerce.null", "/user_id"],
    [{ user_id: 1, page: null }, "coerce.null", "/page"],
    [{ user_id: 1, tags: ["a", 5] }, "coerce.type", "/tags/1"],
  ])("refuses %j with %s at %s", (args, code, pointer) => {
    expect(() => effective(args)).toThrow(expect.objectContaining({ code, pointer }));
  });

  it("does not look at what an object inherits", () => {
    const parameters: Parameter[] = [
      { name: "constructor", type: { type: "string" }, required: true },
    ];
    expect(codeOf(() => effectiveParams(parameters, {}))).toBe("param.missing");
  });
});

describe("buildRequest", () => {
  it("asks for the canonical URL", () => {
    expect(build({ user_id: 5, q: "a b&é=+", tags: ["x"] })).toEqual({
      method: "GET",
      url: "/m/ctx/user/?page=1&q=a%20b%26%C3%A9%3D%2B&tags=%5B%22x%22%5D&user_id=5",
    });
    expect(canonicalUrl("/m/", "user", {})).toBe("/m/ctx/user/");
    expect(canonicalUrl("/m/", "user", { b: 1, a: true })).toBe("/m/ctx/user/?a=true&b=1");
  });

  it("sends what is too long by POST, measured from the path on", () => {
    const rest = "/m/ctx/user/?page=1&q=&tags=%5B%5D&user_id=5".length;
    const args = (length: number): object => ({ user_id: 5, q: "a".repeat(length - rest) });
    for (const base of ["/m/", "https://shop.example:8000/m/"]) {
      expect(build({ ...args(4096) }, base)).toMatchObject({ method: "GET" });
      expect(build({ ...args(4097) }, base)).toEqual({
        method: "POST",
        url: `${base}ctx/user/`,
        body: { page: 1, q: "a".repeat(4097 - rest), tags: [], user_id: 5 },
      });
    }
  });
});

describe("parseQuery", () => {
  it.each([
    ["page=1&tags=%5B%5D&user_id=5", true],
    ["user_id=5", false],
    ["user_id=5&page=1&tags=%5B%5D", false],
    ["page=1&tags=%5b%5d&user_id=5", false],
    ["&page=1&tags=%5B%5D&user_id=5", false],
    ["p%61ge=1&&tags=[]&user_id=5&", false],
  ])("reads %j", (query, canonical) => {
    expect(parse(query)).toEqual({
      params: { page: 1, tags: [], user_id: 5 },
      canonical,
      url: "/m/ctx/user/?page=1&tags=%5B%5D&user_id=5",
    });
    expect(parse(new TextEncoder().encode(query))).toEqual(parse(query));
  });

  it("takes + as a plus, and no = as an empty value", () => {
    expect(parse("user_id=5&q=a+b=c")).toMatchObject({ params: { q: "a+b=c" } });
    expect(parse("user_id=5&q")).toMatchObject({ params: { q: "" } });
    expect(parseQuery("/", "a", [], "")).toEqual({ params: {}, canonical: true, url: "/ctx/a/" });
  });

  it.each([
    ["é=%", "url.character"],
    ["a=%&é", "url.percent"],
    ["%=é", "url.percent"],
    ["%ff=%", "url.utf8"],
    ["q= ", "url.character"],
    ["q=\u007f", "url.character"],
    ["q=%ff%", "url.percent"],
    ["q=1&q=%ff", "url.utf8"],
    ["q=1&%71=2&q=%", "param.repeated"],
    ["zoo=1", "param.unknown"],
    ["=1", "param.unknown"],
    ["__proto__=1&__proto__=2", "param.repeated"],
    ["__proto__=1", "param.unknown"],
    ["user_id=05", "coerce.lexical"],
    ["page=", "coerce.lexical"],
    ["page=1", "param.missing"],
  ])("refuses %j with %s", (query, code) => {
    expect(codeOf(() => parse(query))).toBe(code);
  });

  it("holds the limit in bytes, first of all", () => {
    expect(codeOf(() => parse("&".repeat(65_537)))).toBe("url.size");
    expect(codeOf(() => parse("&".repeat(65_536)))).toBe("param.missing");
    expect(codeOf(() => parse(new Uint8Array(65_537)))).toBe("url.size");
    expect(codeOf(() => parse("é".repeat(32_769)))).toBe("url.size");
    expect(codeOf(() => parse(Uint8Array.of(0xe9)))).toBe("url.character");
  });

  it("reads the canonical URL of an instance back as that instance", () => {
    fc.assert(
      fc.property(fc.maxSafeInteger(), text, fc.array(text), (user_id, q, tags) => {
        const params = effectiveParams(PARAMETERS, { user_id, q, tags });
        const url = canonicalUrl("/m/", "user", params);
        expect(parse(url.slice(url.indexOf("?") + 1))).toEqual({ params, canonical: true, url });
      }),
    );
  });

  it("takes anything", () => {
    const near = textOf("user_id", "page", "q", "=", "&", "5", "%", "41", "ff", "+", " ", "é");
    fc.assert(
      fc.property(fc.oneof(anyText, anyBytes, near), (query) => {
        expect(codeOf(() => parse(query)) ?? "url.").toMatch(/^(url|param|coerce)\./);
      }),
      { numRuns: 300 },
    );
  });
});

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Guard } from "../src/index.js";
import { tag } from "../src/guards.js";
import { formatPurge, formatTags, NETWORKS, parseTags, TAG_FIELDS } from "../src/tags.js";
import { codeOf } from "./expect.js";

const guard = (context: string, ...numbers: number[]): Guard => ({
  context,
  params: Object.fromEntries(numbers.map((number) => ["a", String(number)])),
});
const range = (size: number): number[] => [...Array(size).keys()];
const LONGEST = range(32).map((number) => `h-${String(number).padStart(30, "0")}`);

describe("formatTags", () => {
  it("writes the tags as each network separates them, once", () => {
    expect(formatTags(["user", "h-a", "user"], Object.keys(NETWORKS))).toEqual({
      "Cache-Groups": '"user", "h-a"',
      "Surrogate-Key": "user h-a",
      "Cache-Tag": "user,h-a",
      "Edge-Cache-Tag": "user,h-a",
      xkey: "user h-a",
    });
    expect(formatTags(["user"])).toEqual({ "Cache-Groups": '"user"' });
    expect(Object.keys(formatTags(["user"], Object.keys(NETWORKS))).sort()).toEqual(
      [...TAG_FIELDS].sort(),
    );
  });

  it("writes nothing without tags", () => {
    expect(formatTags([], ["varnish"])).toEqual({});
  });

  it("refuses what it would have to cut off", () => {
    expect(formatTags([...LONGEST, ...LONGEST])["Cache-Groups"]).toHaveLength(32 * 36 - 2);
    expect(codeOf(() => formatTags([...LONGEST, "user"]))).toBe("header.tag_count");
    expect(codeOf(() => formatTags([...LONGEST, "user"], ["cdn"]))).toBe("document.invalid");
    expect(codeOf(() => formatTags([], ["constructor"]))).toBe("document.invalid");
  });
});

describe("parseTags", () => {
  it.each<[string | Uint8Array, string[]]>([
    ["", []],
    ['"user"', ["user"]],
    [' "b",\t"a" , "b" ', ["b", "a"]],
    ['"a";x="y";z, "b";q', ["a", "b"]],
    [new TextEncoder().encode('"0.-_"'), ["0.-_"]],
    [
      range(40)
        .map((n) => `"c${n}"`)
        .join(),
      range(40).map((n) => `c${n}`),
    ],
  ])("reads %j", (field, tags) => {
    expect(parseTags(field)).toEqual(tags);
  });

  it.each([
    ['"a" "b"', "header.syntax"],
    ['"a", b', "header.item_type"],
    ['("a")', "header.item_type"],
    ['"A"', "header.tag"],
    ['""', "header.tag"],
    [`"${"a".repeat(33)}"`, "header.tag"],
    ['"a\\"b"', "header.tag"],
    [" ".repeat(65_537), "header.size"],
  ])("refuses %j", (field, code) => {
    expect(codeOf(() => parseTags(field))).toBe(code);
  });

  it("reads or refuses whatever it is given", () => {
    const bytes = fc.uint8Array({ maxLength: 40 });
    const text = fc.string({
      unit: fc.constantFrom('"', "a", "-", ",", " ", ";", "=", "*", "\\", "\t", "\ud800"),
      maxLength: 30,
    });
    fc.assert(
      fc.property(fc.oneof(bytes, text), (field) => {
        codeOf(() => {
          const tags = parseTags(field);
          if (tags.length === 0 || tags.length > 32) return;
          expect(parseTags(formatTags(tags)["Cache-Groups"] ?? "")).toEqual(tags);
        });
      }),
    );
  });
});

describe("formatPurge", () => {
  it("names each guard once, in order", async () => {
    const found = await formatPurge([guard("z"), guard("b", 1), guard("b", 1), guard("a")]);
    expect(parseTags(found)).toEqual(["a", await tag(guard("b", 1)), "z"].sort());
    expect(await formatPurge([])).toBe("");
  });

  it("gives up the context with the most tags, and no more than it has to", async () => {
    const few = range(10).map((number) => guard("few", number));
    const many = range(23).map((number) => guard("many", number));
    const tags = await Promise.all(few.map(tag));
    expect(parseTags(await formatPurge([...few, ...many]))).toEqual(["many", ...tags].sort());
    expect(parseTags(await formatPurge([...few, ...many.slice(1)]))).toHaveLength(32);
  });

  it("keeps an application's own, which count as well", async () => {
    expect(await formatPurge([guard("b")], ["c", "a", "b"])).toBe('"a", "b", "c"');
    const many = range(32).map((number) => guard("many", number));
    expect(parseTags(await formatPurge(many, ["own"]))).toEqual(["many", "own"]);
  });

  it("covers every guard, and cuts nothing off", async () => {
    const guards = fc.array(
      fc
        .tuple(fc.constantFrom("a", "b", "c".repeat(40)), fc.option(fc.nat(40)))
        .map(([context, number]) => (number === null ? guard(context) : guard(context, number))),
      { maxLength: 60 },
    );
    await fc.assert(
      fc.asyncProperty(guards, async (all) => {
        const named = parseTags(await formatPurge(all));
        expect(named.length).toBeLessThanOrEqual(32);
        for (const each of all) {
          const tags = [await tag(each), await tag(guard(each.context))];
          expect(tags.some((name) => named.includes(name))).toBe(true);
        }
      }),
      { numRuns: 40 },
    );
  });

  it("names more than 32 contexts rather than leave one out", async () => {
    const contexts = range(40).map((number) => guard(`c${number}`));
    expect(parseTags(await formatPurge(contexts))).toHaveLength(40);
  });
});

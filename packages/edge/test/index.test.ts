import { readdirSync, readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import * as main from "../src/index.js";
import { createEdge, OptionError, type EdgeOptions } from "../src/index.js";
import * as node from "../src/node.js";
import { normalUrl } from "../src/url.js";
import { AUDIENCE, MANIFEST, OPEN_KEY, ORIGIN, SECRET } from "./site.js";

const sources = readdirSync(new URL("../src/", import.meta.url));
const read = (path: string): string => readFileSync(new URL(`../${path}`, import.meta.url), "utf8");
const OF_NODE = ["node.ts", "cli.ts", "command.ts"];

describe("the package", () => {
  it("exports what the README says", () => {
    const names = [main, node].flatMap((each) => Object.keys(each)).sort();
    expect(names).toEqual([
      "MemoryStore",
      "NotSent",
      "OptionError",
      "createEdge",
      "originFetch",
      "toListener",
    ]);
    for (const name of names) expect(read("README.md")).toContain(name);
  });

  it.each(sources)("%s opens with its section, and stays small", (name) => {
    const source = read(`src/${name}`);
    if (name !== "index.ts") expect(source).toMatch(/^(#!.*\n)?\/\*\*[^]*?\n \* Invariant: /);
    expect(source).toMatch(/^(#!.*\n)?\/\*\*[^]*?(SPEC\.md|RFC)/);
    expect(source.split("\n").length).toBeLessThan(300);
    if (!OF_NODE.includes(name)) expect(source).not.toMatch(/from "node:|from "@mizan\/server/);
  });

  it("stands on the core alone, and on Node by the server's adapter", () => {
    const imported = sources.flatMap((name) =>
      [...read(`src/${name}`).matchAll(/from "([^."][^"]*)"/g)].map(([, from]) => from),
    );
    const others = [...new Set(imported)].filter((from) => from?.startsWith("node:") === false);
    expect(others.sort()).toEqual(["@mizan/protocol", "@mizan/server/node"]);
  });

  it("has every option of the command in its help", () => {
    const source = read("src/cli.ts");
    const [, options = ""] = /const OPTIONS = \{([^]*?)\} as const;/.exec(source) ?? [];
    const names = [...options.matchAll(/^ {2}"?([a-z-]+)"?:/gm)].map(([, name]) => name);
    expect(names.length).toBeGreaterThan(10);
    for (const name of names) expect(source).toContain(`--${name ?? ""} `);
  });
});

describe("options that are wrong", () => {
  const mwt = { keys: [OPEN_KEY], audience: AUDIENCE };

  it.each<[string, Partial<EdgeOptions>]>([
    ["origin", { origin: "localhost:8000" }],
    ["origin", { origin: "http://user@127.0.0.1/" }],
    ["origin", { origin: "file:///etc/passwd" }],
    ["mwt.keys", { mwt: { ...mwt, keys: [] }, secret: SECRET }],
    ["mwt.audience", { mwt: { ...mwt, audience: "" }, secret: SECRET }],
    ["secret", { mwt }],
    ["secret", { mwt, secret: SECRET.slice(0, 31) }],
    ["purgeToken", { purgeToken: "short" }],
    ["purgeToken", { purgeToken: "has a space in its middle" }],
    ["ownContexts", { ownContexts: ["nothing"] }],
    ["ownContexts", { ownContexts: ["stock"] }],
    ["ownContexts", { ownContexts: ["cart"] }],
    ["ownContexts", { ownContexts: ["constructor"] }],
  ])("%s: %j", (name, options) => {
    const make = (): unknown => createEdge({ manifest: MANIFEST, origin: ORIGIN, ...options });
    expect(make).toThrow(OptionError);
    expect(make).toThrow(new RegExp(`^${name}: `));
  });
});

describe("normal URLs", () => {
  const piece = fc.constantFrom(
    "/",
    "//",
    ".",
    "..",
    "a",
    "%2e",
    "%2F",
    "%61",
    "%zz",
    "é",
    "?",
    "&",
  );

  it("are normal", () => {
    fc.assert(
      fc.property(fc.array(piece), (pieces) => {
        const once = normalUrl(`http://shop.example/${pieces.join("")}`);
        expect(normalUrl(once.href).href).toBe(once.href);
        expect(once.pathname).not.toMatch(/\/\/|\/\.\.?(\/|$)/);
      }),
    );
  });
});

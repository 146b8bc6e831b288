import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import * as ajv from "../src/ajv.js";
import * as main from "../src/index.js";
import * as node from "../src/node.js";

const sources = readdirSync(new URL("../src/", import.meta.url));
const read = (path: string): string => readFileSync(new URL(`../${path}`, import.meta.url), "utf8");

describe("the package", () => {
  it("exports what the README says", () => {
    const names = [main, ajv, node].flatMap((each) => Object.keys(each)).sort();
    expect(names).toEqual([
      "App",
      "AppError",
      "Context",
      "LeakError",
      "Problem",
      "ResultInvalid",
      "ajvValidator",
      "appError",
      "client",
      "cookieOf",
      "createApp",
      "createHandler",
      "csrfCookie",
      "invalidate",
      "toNodeListener",
    ]);
    const readme = read("README.md");
    for (const name of names) expect(readme).toContain(name);
  });

  it.each(sources)("%s opens with its section, and stays small", (name) => {
    const source = read(`src/${name}`);
    expect(source).toMatch(/^\/\*\*[^]*?SPEC\.md/);
    expect(source.split("\n").length).toBeLessThan(300);
    // What runs on any platform takes nothing from Node but what follows a call.
    const isOfNode = ["node.ts", "running.ts"].includes(name);
    if (!isOfNode) expect(source).not.toMatch(/from "node:/);
    if (!isOfNode || name === "running.ts") expect(source).not.toMatch(/from "node:http/);
  });

  it("stands on the core alone", () => {
    const imported = sources.flatMap((name) =>
      [...read(`src/${name}`).matchAll(/from "([^."][^"]*)"/g)].map(([, from]) => from),
    );
    const known = ["@mizan/protocol", "ajv/dist/2020.js", "node:async_hooks", "node:http"];
    expect([...new Set(imported)].sort()).toEqual(known);
  });

  it("takes its optional peer in one module alone", () => {
    const takers = sources.filter((name) => read(`src/${name}`).includes('from "ajv'));
    expect(takers).toEqual(["ajv.ts"]);
  });
});

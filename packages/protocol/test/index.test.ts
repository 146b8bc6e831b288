import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import * as core from "../src/index.js";

const modules = (folder: string, ending: string): string[] =>
  readdirSync(new URL(folder, import.meta.url))
    .filter((name) => name.endsWith(ending))
    .map((name) => name.slice(0, -ending.length));

describe("the package", () => {
  it("exports its operations", () => {
    expect(Object.keys(core).sort()).toEqual([
      "DEFAULT_LIMIT",
      "DeclarationError",
      "EVERYTHING",
      "GROUPS",
      "HEADER_LIMIT",
      "INVALIDATION",
      "Key",
      "MizanError",
      "NETWORKS",
      "SecretError",
      "TAG_FIELDS",
      "WireError",
      "buildManifest",
      "buildRequest",
      "canonicalJson",
      "canonicalSet",
      "canonicalString",
      "canonicalUrl",
      "checkType",
      "coerce",
      "covers",
      "decode",
      "deriveCacheKey",
      "effectiveParams",
      "effectivePolicy",
      "etag",
      "formatHeader",
      "formatHeld",
      "formatPurge",
      "formatTags",
      "instanceGuards",
      "isName",
      "isParameterName",
      "isPlainObject",
      "matches",
      "mutationTargets",
      "parseHeader",
      "parseHeld",
      "parseQuery",
      "parseTags",
      "percentEncode",
      "permissionKey",
      "problemHead",
      "readDeclarations",
      "resolve",
      "responseHeaders",
      "signToken",
      "statusOfCode",
      "tag",
      "targetGuard",
      "tokenOf",
      "verifyToken",
      "visible",
    ]);
  });

  it("has a test of each module", () => {
    expect(modules(".", ".test.ts").sort()).toEqual(modules("../src/", ".ts").sort());
  });

  it.each(modules("../src/", ".ts"))("%s opens with its section, and stays small", (name) => {
    const source = readFileSync(new URL(`../src/${name}.ts`, import.meta.url), "utf8");
    expect(source).toMatch(/^\/\*\*[^]*?SPEC\.md/);
    expect(source.split("\n").length).toBeLessThan(320);
    expect(source).not.toMatch(/from "node:|require\(|Date\.now|Math\.random/);
  });
});

import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import * as core from "../src/core.js";
import { createClient } from "../src/defaults.js";
import * as main from "../src/index.js";

const packageFile = new URL("../package.json", import.meta.url);
const { exports, dependencies } = JSON.parse(readFileSync(packageFile, "utf8")) as {
  exports: Record<string, { default: string }>;
  dependencies?: object;
};
const readme = readFileSync(new URL("../README.md", import.meta.url), "utf8");

describe("the package", () => {
  it("exports what the README says", () => {
    expect(Object.keys(main).sort()).toEqual([
      "MizanError",
      "createClient",
      "invalidate",
      "mizanCall",
      "mizanFetch",
      "observe",
      "on",
      "prefetch",
      "registerContext",
      "reset",
    ]);
    for (const name of [...Object.keys(main), ...Object.keys(core)]) expect(readme).toContain(name);
  });

  it("has an entry for each module that the README names, and needs no other package", () => {
    const modules = readdirSync(new URL("../src/", import.meta.url));
    for (const [entry, { default: file }] of Object.entries(exports)) {
      expect(modules).toContain(file.replace("./dist/", "").replace(".js", ".ts"));
      expect(readme).toContain(
        entry === "." ? "@mizan/runtime" : `@mizan/runtime${entry.slice(1)}`,
      );
    }
    expect(dependencies).toBeUndefined();
  });
});

describe("createClient", () => {
  it("has further features, after its own", () => {
    let has: boolean | undefined;
    createClient({ baseUrl: "/api/" }, (client) => {
      has = client.hold !== undefined && client.idle !== undefined;
    });
    expect(has).toBe(true);
  });
});

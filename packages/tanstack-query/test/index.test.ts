import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import * as main from "../src/index.js";

it("exports what the README says", () => {
  const readme = readFileSync(new URL("../README.md", import.meta.url), "utf8");
  expect(Object.keys(main).sort()).toEqual([
    "callOptions",
    "connect",
    "contextKey",
    "contextOptions",
  ]);
  for (const name of Object.keys(main)) expect(readme).toContain(`\`${name}(`);
});

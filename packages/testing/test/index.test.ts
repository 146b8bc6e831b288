import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import * as main from "../src/index.js";

it("exports what the README says", () => {
  const readme = readFileSync(new URL("../README.md", import.meta.url), "utf8");
  const functions = ["mizanHandlers", "onCall", "onContext", "problem"];
  expect(Object.keys(main).sort()).toEqual(["Problem", ...functions]);
  for (const name of functions) expect(readme).toContain(`\`${name}(`);
});

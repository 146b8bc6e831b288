import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { conformanceApp } from "../../../conformance/app/typescript/src/app.js";
import { App } from "../src/index.js";

const app = conformanceApp();

it.each([
  ["manifest.json", app.manifest],
  ["client-schema.json", app.clientSchema],
])("makes the %s of the conformance app, byte for byte", (name, document) => {
  const url = new URL(`../../../conformance/app/${name}`, import.meta.url);
  expect(App.text(document)).toBe(readFileSync(url, "utf8"));
});

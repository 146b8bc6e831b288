import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { transform } from "esbuild";
import { expect, it } from "vitest";

const readme = readFileSync(new URL("../README.md", import.meta.url), "utf8");

it("has an example that is a program", async () => {
  const [, code = ""] = /```ts\n([^]*?)```/.exec(readme) ?? [];
  const { code: plain } = await transform(code, { loader: "ts", format: "esm" });
  const folder = mkdtempSync(join(tmpdir(), "mizan-readme-"));
  writeFileSync(join(folder, "example.mjs"), plain);
  execFileSync(process.execPath, ["--check", join(folder, "example.mjs")]);
  rmSync(folder, { recursive: true });
});

it("names every option", () => {
  const source = readFileSync(new URL("../src/options.ts", import.meta.url), "utf8");
  const options = source.slice(
    source.indexOf("interface EdgeOptions"),
    source.indexOf("interface Setup"),
  );
  const names = [...options.matchAll(/^ {2}readonly (\w+)\??: /gm)].map(([, name]) => name ?? "");
  expect(names.length).toBeGreaterThan(12);
  for (const name of names) expect(readme).toContain(`\`${name}\``);
});

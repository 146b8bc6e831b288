// Builds the pages of both contenders into the folder that is given.

import { writeFileSync } from "node:fs";
import process from "node:process";
import { fileURLToPath, URL } from "node:url";
import { build } from "esbuild";
import { sources } from "../sources.js";

const NAMES = ["mizan", "tanstack"];

const [, , folder] = process.argv;
await build({
  entryPoints: NAMES.map((name) => fileURLToPath(new URL(`./src/${name}.tsx`, import.meta.url))),
  outdir: folder,
  bundle: true,
  minify: true,
  format: "esm",
  target: "es2022",
  jsx: "automatic",
  define: { "process.env.NODE_ENV": '"production"' },
  plugins: [sources],
});
for (const name of NAMES) {
  const script = `<script type="module" src="${name}.js"></script>`;
  writeFileSync(
    `${folder}/${name}.html`,
    `<!doctype html><html lang="en"><title>${name}</title><body>${script}</body></html>`,
  );
}

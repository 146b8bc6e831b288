// What a page pays for an entry, in bytes: minified by esbuild, compressed by gzip -9.

import process from "node:process";
import { fileURLToPath, URL } from "node:url";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";
import { exportsOf, sources } from "../sources.js";

const here = fileURLToPath(new URL("./", import.meta.url));

/** The files of this folder that are measured. */
export const ENTRIES = [
  "main",
  "page",
  "core",
  "react",
  "react-all",
  "tanstack-query",
  "swr",
  "swr-mutation",
  "react-query",
];

/** The package whose optional entries are measured by what they add to a file. */
const OWNERS = { main: "runtime", react: "react" };

/** Every page has these already, or (the cache of TanStack Query) the adapter's page. */
const REACT = ["react", "react-dom"];
const EXTERNAL = { "tanstack-query": [...REACT, "@tanstack/query-core"] };

async function measure(contents, external = REACT) {
  const { outputFiles } = await build({
    stdin: { contents, loader: "ts", resolveDir: here },
    bundle: true,
    minify: true,
    format: "esm",
    target: "es2022",
    jsx: "automatic",
    define: { "process.env.NODE_ENV": '"production"' },
    external,
    write: false,
    plugins: [sources],
  });
  const code = outputFiles[0].contents;
  return { minified: code.length, gzipped: gzipSync(code, { level: 9 }).length };
}

/** The entries beside the main one, but for the core, which is a main entry by itself. */
function optional(name) {
  return Object.keys(exportsOf(name))
    .filter((entry) => entry !== "." && entry !== "./core")
    .map((entry) => entry.slice(2));
}

/** The bytes of an entry file, and what each optional entry adds to it, by name. */
export async function measureEntry(name) {
  const alone = `export * from "./${name}";`;
  const base = await measure(alone, EXTERNAL[name]);
  const sizes = { [name]: base };
  const owner = OWNERS[name];
  for (const entry of owner === undefined ? [] : optional(owner)) {
    const both = await measure(`${alone} export * from "@mizan/${owner}/${entry}";`);
    sizes[`${name}+${entry}`] = {
      minified: both.minified - base.minified,
      gzipped: both.gzipped - base.gzipped,
    };
  }
  return sizes;
}

/** A row of what is printed. */
export function row(name, minified, gzipped) {
  return name.padEnd(18) + String(minified).padStart(10) + String(gzipped).padStart(10);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const rows = [row("", "minified", "gzip -9")];
  for (const entry of ENTRIES) {
    for (const [name, { minified, gzipped }] of Object.entries(await measureEntry(entry))) {
      rows.push(row(name, minified, gzipped));
    }
  }
  process.stdout.write(`${rows.join("\n")}\n`);
}

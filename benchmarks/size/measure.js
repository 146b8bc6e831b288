// What a page pays for an entry, in bytes: minified by esbuild, compressed by gzip -9.

import { readFileSync } from "node:fs";
import process from "node:process";
import { fileURLToPath, URL } from "node:url";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";

const here = fileURLToPath(new URL("./", import.meta.url));
const packages = fileURLToPath(new URL("../../packages/", import.meta.url));

/** The entries beside the main one; each is measured by what it adds to the main one. */
const { exports } = JSON.parse(readFileSync(`${packages}runtime/package.json`, "utf8"));
const optional = Object.keys(exports)
  .filter((name) => name !== "." && name !== "./core")
  .map((name) => name.slice(2));

async function measure(contents) {
  const { outputFiles } = await build({
    stdin: { contents, loader: "ts", resolveDir: here },
    bundle: true,
    minify: true,
    format: "esm",
    target: "es2022",
    write: false,
    plugins: [{ name: "sources", setup: useSources }],
  });
  const code = outputFiles[0].contents;
  return { minified: code.length, gzipped: gzipSync(code, { level: 9 }).length };
}

/** Measures sources, so that nothing has to be built before. */
function useSources(build) {
  build.onResolve({ filter: /^@mizan\// }, ({ path }) => {
    const [, name, entry = "index"] = path.split("/");
    return { path: `${packages}${name}/src/${entry}.ts`, sideEffects: false };
  });
}

/** The bytes of each entry by its name. */
export async function measureAll() {
  const sizes = {};
  for (const name of ["main", "page", "core"]) {
    sizes[name] = await measure(`export * from "./${name}";`);
  }
  for (const name of optional) {
    const both = await measure(
      `export * from "@mizan/runtime"; export * from "@mizan/runtime/${name}";`,
    );
    sizes[`+${name}`] = {
      minified: both.minified - sizes.main.minified,
      gzipped: both.gzipped - sizes.main.gzipped,
    };
  }
  return sizes;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const line = (...cells) => process.stdout.write(`${cells[0].padEnd(12)}${cells[1]}${cells[2]}\n`);
  line("", "minified".padStart(10), "gzip -9".padStart(10));
  for (const [name, { minified, gzipped }] of Object.entries(await measureAll())) {
    line(name, String(minified).padStart(10), String(gzipped).padStart(10));
  }
}

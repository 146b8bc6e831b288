// A plugin of esbuild by which `@mizan/...` is the sources here, so that nothing has to be built before.

import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath, URL } from "node:url";

const PACKAGES = fileURLToPath(new URL("../packages/", import.meta.url));

/** The entries of a package, as its package.json has them. */
export function exportsOf(name) {
  return JSON.parse(readFileSync(`${PACKAGES}${name}/package.json`, "utf8")).exports;
}

/** The source of what a production build takes of an entry. */
function sourceOf(path) {
  const [, name, ...entry] = path.split("/");
  const { production, default: any } = exportsOf(name)[[".", ...entry].join("/")];
  const file = `${PACKAGES}${name}/${(production ?? any).replace("/dist/", "/src/")}`;
  const found = [".ts", ".tsx"].map((end) => file.replace(/\.js$/, end)).find(existsSync);
  return { path: found, sideEffects: false };
}

export const sources = {
  name: "sources",
  setup(build) {
    build.onResolve({ filter: /^@mizan\// }, ({ path }) => sourceOf(path));
  },
};

// A plugin of esbuild by which `@mizan/...` is the sources here, so that nothing has to be built before.

import { existsSync } from "node:fs";
import { fileURLToPath, URL } from "node:url";

export const PACKAGES = fileURLToPath(new URL("../packages/", import.meta.url));

export const sources = {
  name: "sources",
  setup(build) {
    build.onResolve({ filter: /^@mizan\// }, ({ path }) => {
      const [, name, entry = "index"] = path.split("/");
      const file = `${PACKAGES}${name}/src/${entry}.ts`;
      return { path: existsSync(file) ? file : `${file}x`, sideEffects: false };
    });
  },
};

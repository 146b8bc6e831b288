import { reactRouter } from "@react-router/dev/vite";
import { fileURLToPath } from "node:url";
import { defineConfig } from "vite";

const packages = fileURLToPath(new URL("../../../", import.meta.url));

export default defineConfig({
  plugins: [reactRouter()],
  logLevel: "warn",
  resolve: {
    // The sources of packages, not what was built of them.
    alias: [
      { find: /^@mizan\/([\w-]+)$/, replacement: `${packages}$1/src/index.ts` },
      { find: /^@mizan\/([\w-]+)\/(\w+)$/, replacement: `${packages}$1/src/$2.ts` },
    ],
  },
});

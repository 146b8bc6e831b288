import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

/** Tests run on the sources of packages, not on what was built of them. */
function source(find: RegExp, path: string): { find: RegExp; replacement: string } {
  return { find, replacement: fileURLToPath(new URL("./", import.meta.url)) + path.slice(2) };
}

/** React 18 for what imports React, testing-library included. */
const react18 = [
  source(/^(react|react-dom)(\/.*)?$/, "./tests/react18/node_modules/$1$2"),
  source(
    /^@testing-library\/react$/,
    "./node_modules/@testing-library/react/dist/@testing-library/react.esm.js",
  ),
];

export default defineConfig({
  resolve: {
    alias: [
      source(/^@mizan\/([\w-]+)$/, "./packages/$1/src/index.ts"),
      source(/^@mizan\/([\w-]+)\/(\w+)$/, "./packages/$1/src/$2.ts"),
    ],
  },
  test: {
    // Machines under load are slow; no test measures time.
    testTimeout: 60_000,
    setupFiles: ["vitest.setup.ts"],
    projects: [
      {
        extends: true,
        test: {
          name: "main",
          include: [
            "packages/*/test/**/*.test.{ts,tsx}",
            "conformance/ports/typescript/test/**/*.test.ts",
          ],
        },
      },
      {
        extends: true,
        resolve: { alias: react18 },
        test: {
          name: "react-18",
          include: ["packages/react/test/**/*.test.{ts,tsx}"],
          env: { REACT: "18.3" },
          // These are about something that has its own React, or none.
          exclude: ["**/forms.test.tsx", "**/router.test.ts", "**/size.test.ts"],
          server: { deps: { inline: [/@testing-library\/react/] } },
        },
      },
    ],
    coverage: {
      provider: "v8",
      include: ["packages/*/src/**/*.{ts,tsx}"],
      exclude: ["packages/protocol/src/generated/**"],
      reporter: ["text", "text-summary"],
      thresholds: {
        branches: 95,
        functions: 95,
        lines: 95,
        statements: 95,
        "packages/protocol/src/**": { 100: true },
        "packages/runtime/src/**": { 100: true },
      },
    },
  },
});

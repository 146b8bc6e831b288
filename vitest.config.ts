import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

export default defineConfig({
  resolve: {
    alias: {
      "@mizan/protocol": fileURLToPath(
        new URL("./packages/protocol/src/index.ts", import.meta.url),
      ),
    },
  },
  test: {
    // Machines under load are slow; no test measures time.
    testTimeout: 60_000,
    setupFiles: ["vitest.setup.ts"],
    include: ["packages/*/test/**/*.test.ts", "conformance/ports/typescript/test/**/*.test.ts"],
    coverage: {
      provider: "v8",
      include: ["packages/*/src/**/*.ts"],
      exclude: ["packages/protocol/src/generated/**"],
      reporter: ["text", "text-summary"],
      thresholds: {
        branches: 95,
        functions: 95,
        lines: 95,
        statements: 95,
        "packages/protocol/src/**": { 100: true },
      },
    },
  },
});

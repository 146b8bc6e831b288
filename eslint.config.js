import eslint from "@eslint/js";
import { defineConfig, globalIgnores } from "eslint/config";
import tseslint from "typescript-eslint";

export default defineConfig(
  globalIgnores([
    "**/build/",
    "**/dist/",
    "**/coverage/",
    "**/generated/",
    "**/src/mizan/",
    ".venv/",
    "packages/conformance/index.d.ts",
  ]),
  eslint.configs.recommended,
  {
    files: ["**/*.{ts,tsx}"],
    extends: [tseslint.configs.strictTypeChecked, tseslint.configs.stylisticTypeChecked],
    languageOptions: {
      parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname },
    },
    rules: {
      // Numbers and booleans read well in a template; anything else there is a mistake.
      "@typescript-eslint/restrict-template-expressions": [
        "error",
        { allowNumber: true, allowBoolean: true },
      ],
      // `dict["member"]` is what noPropertyAccessFromIndexSignature asks for.
      "@typescript-eslint/dot-notation": "off",
    },
  },
  {
    // Scripts of pages, as browsers run them.
    files: ["examples/*/*/static/**/*.js"],
    languageOptions: {
      globals: {
        document: "readonly",
        FormData: "readonly",
        location: "readonly",
      },
    },
  },
  {
    files: ["packages/*/src/**/*.{ts,tsx}"],
    rules: {
      // The packages run in browsers and edge workers as well as in Node.
      "no-restricted-imports": ["error", { patterns: ["node:*"] }],
    },
  },
  {
    // The server follows calls with AsyncLocalStorage, and stands on Node's http.
    // The edge has its adapter to Node and its command.
    files: ["packages/server/src/{node,running}.ts", "packages/edge/src/{node,cli}.ts"],
    rules: { "no-restricted-imports": "off" },
  },
);

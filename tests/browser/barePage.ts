/**
 * A page of the shop's origin with nothing but the runtime, for what the shop's own page never does.
 * Invariant: only the page itself is the test's; all that it asks for is the server's.
 */

import type { Page } from "@playwright/test";
import { build } from "esbuild";
import { fileURLToPath } from "node:url";

/** Opens it; functions that are evaluated there find the runtime as `mizan`. */
export async function openBare(page: Page): Promise<void> {
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL("bare.ts", import.meta.url))],
    bundle: true,
    format: "esm",
    write: false,
  });
  const script = outputFiles[0]?.text ?? "";
  await page.route("**/bare/", (route) =>
    route.fulfill({
      contentType: "text/html",
      body: '<!doctype html><link rel="icon" href="data:,"><script type="module" src="bare.js"></script>',
    }),
  );
  await page.route("**/bare/bare.js", (route) =>
    route.fulfill({ contentType: "text/javascript", body: script }),
  );
  await page.goto("/bare/");
}

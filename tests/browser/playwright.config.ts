/**
 * How the browser tests run: Debian's Chromium, the real Django server, the page as it is built.
 * Invariant: nothing is downloaded, and a test that fails is not tried again.
 */

import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";
import { defineConfig } from "@playwright/test";

const NAMES = ["chromium", "chromium-browser", "google-chrome"];

/** The browser of this machine. Throws where there is none. */
function browserOnPath(): string {
  for (const name of NAMES) {
    for (const folder of (process.env["PATH"] ?? "").split(delimiter)) {
      const path = join(folder, name);
      try {
        accessSync(path, constants.X_OK);
        return path;
      } catch {
        // Not in this folder.
      }
    }
  }
  throw new Error(`none of ${NAMES.join(", ")} is on PATH; Debian: apt-get install chromium`);
}

export default defineConfig({
  testDir: ".",
  testMatch: "*.spec.ts",
  outputDir: "results/failed",
  globalSetup: "./setup.ts",
  fullyParallel: true,
  workers: 2,
  retries: 0,
  forbidOnly: true,
  reporter: "list",
  // Machines under load are slow; no test measures time.
  timeout: 60_000,
  expect: { timeout: 15_000 },
  use: {
    browserName: "chromium",
    headless: true,
    launchOptions: { executablePath: browserOnPath() },
    viewport: { width: 1280, height: 800 },
    screenshot: "only-on-failure",
  },
});

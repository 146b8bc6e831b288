/**
 * How the browser tests run: Debian's Chromium, the real Django server, the page as it is built.
 * Invariant: a test that fails is not tried again.
 */

import { defineConfig } from "@playwright/test";
import { browserOnPath } from "./browser.js";

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

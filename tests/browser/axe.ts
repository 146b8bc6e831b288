/**
 * What axe-core says of a page, and a picture of it.
 * Invariant: nothing is left out of what it looks at.
 */

import { expect, type Page, type TestInfo } from "@playwright/test";
import type { AxeResults, RunOptions } from "axe-core";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";

const SOURCE = createRequire(import.meta.url).resolve("axe-core/axe.min.js");

const OPTIONS: RunOptions = {
  runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
  resultTypes: ["violations"],
};

/** What is violated, where, and how: `color-contrast: .price: Fix any of …`. */
async function violationsOf(page: Page): Promise<string[]> {
  const found = await page.evaluate(async (options) => {
    const { axe } = globalThis as unknown as {
      axe: { run: (options: RunOptions) => Promise<AxeResults> };
    };
    return (await axe.run(options)).violations;
  }, OPTIONS);
  return found.flatMap(({ id, nodes }) =>
    nodes.map(({ target, failureSummary = "" }) => `${id}: ${target.join(" ")}: ${failureSummary}`),
  );
}

/** Holds a state of the page against the rules, and keeps a picture of it under its name. */
export async function look(page: Page, name: string, { config }: TestInfo): Promise<void> {
  await page.evaluate(await readFile(SOURCE, "utf8"));
  const isDark = await page.evaluate(() => matchMedia("(prefers-color-scheme: dark)").matches);
  const full = `${name}-${page.viewportSize()?.width}-${isDark ? "dark" : "light"}`;
  await page.screenshot({ path: join(config.rootDir, "results/screens", `${full}.png`) });
  expect.soft(await violationsOf(page), full).toEqual([]);
}

/** Whether something is wider than the screen, so that one has to scroll sideways. */
export async function overflows(page: Page): Promise<boolean> {
  return page.evaluate(() => {
    const { scrollWidth, clientWidth } = document.documentElement;
    return scrollWidth > clientWidth;
  });
}

/**
 * What every test begins with: a shop of its own, and consoles that are watched.
 * Invariant: no test sees data of another; none ends well with a complaint or a failed server.
 */

import { test as base, expect, type BrowserContext, type Page } from "@playwright/test";
import { Complaints } from "./complaints.js";
import { Shop } from "./shop.js";

export { expect };

interface Fixtures {
  /** The server, whose address is the base URL. */
  readonly shop: Shop;
  readonly complaints: Complaints;
  /** Another browser, with cookies of its own. */
  readonly stranger: Page;
}

export const test = base.extend<Fixtures>({
  // eslint-disable-next-line no-empty-pattern -- Playwright reads the names of what is needed here
  shop: async ({}, use) => {
    const shop = await Shop.open();
    await use(shop);
    await shop.close();
    expect(shop.printed).not.toContain("Traceback (most recent call last)");
  },
  baseURL: async ({ shop }, use) => use(shop.url),
  // eslint-disable-next-line no-empty-pattern -- as above
  complaints: async ({}, use) => {
    const complaints = new Complaints();
    await use(complaints);
    complaints.check();
  },
  context: async ({ context, complaints }, use) => {
    complaints.watch(context);
    await use(context);
  },
  stranger: async ({ browser, complaints, baseURL, viewport }, use) => {
    const options = { ...(baseURL && { baseURL }), viewport };
    const context: BrowserContext = await browser.newContext(options);
    complaints.watch(context);
    await use(await context.newPage());
    await context.close();
  },
});

export type User = "ada" | "bo" | "mara";

/** Waits until nothing is on its way to the screen. */
export async function settled(page: Page): Promise<void> {
  await expect(page.locator("[aria-busy=true]")).toHaveCount(0);
}

/** Signs in by the page's own dialog. */
export async function signIn(page: Page, user: User): Promise<void> {
  await page
    .getByRole("button", { name: /^Sign(ed)? in/ })
    .first()
    .click();
  await page.getByRole("button", { name: `Sign in as ${user}` }).click();
  await expect(page.getByRole("button", { name: `Signed in as ${user}` })).toBeVisible();
  await settled(page);
}

/** Shows a page to a user. */
export async function visit(page: Page, path: string, user?: User): Promise<void> {
  await page.goto(path);
  if (user) await signIn(page, user);
  await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
  await settled(page);
}

/** A link of the page's navigation, whatever its badge says. */
export function link(page: Page, name: string): ReturnType<Page["getByRole"]> {
  const names = new RegExp(`^${name}( \\(.*\\))?$`);
  return page.getByRole("navigation", { name: "Shop" }).getByRole("link", { name: names });
}

/** Stops the page's clock, so that no data grows old while a test counts requests. */
export async function stopClock(page: Page): Promise<void> {
  await page.clock.setFixedTime(new Date());
}

/** Lets no stream of events begin, for tests of what replies and tabs do alone. */
export async function withoutEvents(context: BrowserContext): Promise<void> {
  await context.route("**/events/**", (route) => route.abort());
}

/** How the pages look and read: no violations of axe, in every state, on a laptop and a phone. */

import type { Page, TestInfo } from "@playwright/test";
import { look, overflows } from "./axe.js";
import { expect, link, settled, test, visit } from "./fixtures.js";
import { Gate } from "./gate.js";
import { ENDPOINTS } from "./traffic.js";

const LAPTOP = { viewport: { width: 1280, height: 800 } };
const PHONE = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true };

// Not switched while a page is shown: Chromium draws some of the old colours for a while then.
const SCREENS = {
  "a laptop, in the light": { ...LAPTOP, colorScheme: "light" },
  "a laptop, in the dark": { ...LAPTOP, colorScheme: "dark" },
  "a phone, in the light": { ...PHONE, colorScheme: "light" },
  "a phone, in the dark": { ...PHONE, colorScheme: "dark" },
} as const;

/** Looks at a page as it is now. */
async function lookAt(page: Page, name: string, info: TestInfo): Promise<void> {
  await settled(page);
  await look(page, name, info);
  expect.soft(await overflows(page), `${name} is wider than the screen`).toBe(false);
}

for (const [screen, options] of Object.entries(SCREENS)) {
  test.describe(`on ${screen}`, () => {
    test.use({ ...options, contextOptions: { reducedMotion: "reduce" } });

    test("what visitors see", async ({ page }, info) => {
      await visit(page, "/app/");
      await lookAt(page, "products", info);
      await page.getByRole("button", { name: "Add Cappuccino to cart" }).click();
      await expect(page.getByTestId("message")).toHaveText("Cappuccino is in the cart.");
      await link(page, "Cart").click();
      await lookAt(page, "cart-of-a-visitor", info);
      await link(page, "Orders").click();
      await lookAt(page, "signed-out", info);
      await page.getByRole("banner").getByRole("button", { name: "Sign in" }).click();
      await lookAt(page, "who-is-shopping", info);
      await visit(page, "/app/?search=nothing+of+the+kind");
      await lookAt(page, "no-products", info);
      await visit(page, "/app/nowhere/");
      await lookAt(page, "not-found", info);
    });

    test("what customers see", async ({ page, complaints }, info) => {
      complaints.announce(/status of 422/);
      await visit(page, "/app/products/2/", "ada");
      await lookAt(page, "product", info);
      await page.getByRole("button", { name: "Add to cart" }).click();
      await link(page, "Cart").click();
      await page.getByRole("button", { name: "Place order" }).click();
      await lookAt(page, "place-the-order", info);
      await page.getByRole("button", { name: "Buy now" }).click();
      await expect(page.getByRole("heading", { level: 1 })).toHaveText("Order 19");
      await lookAt(page, "order", info);
      await link(page, "Orders").click();
      await lookAt(page, "orders", info);
      await link(page, "Notifications").click();
      await lookAt(page, "notifications", info);
      await link(page, "Profile").click();
      await page.getByRole("textbox", { name: "Email" }).fill("nobody");
      await page.getByRole("button", { name: "Save" }).click();
      await expect(page.getByRole("textbox", { name: "Email" })).toHaveAccessibleDescription(/\w/);
      await lookAt(page, "profile-with-an-error", info);
    });

    test("what those who run the shop see", async ({ page }, info) => {
      await visit(page, "/app/office/", "mara");
      await lookAt(page, "office", info);
    });

    test("what is seen while there is nothing, and when something fails", async ({
      page,
      context,
      complaints,
    }, info) => {
      complaints.announce(/status of 404/, /status of 403/);
      await visit(page, "/app/", "ada");
      await page.goto("/app/orders/15/");
      await expect(page.getByRole("main").getByRole("alert")).toBeVisible();
      await lookAt(page, "another-customers-order", info);
      await page.route(`**${ENDPOINTS}ctx/orders/**`, (route) =>
        route.fulfill({ status: 403, json: { code: "forbidden", detail: "Not for you." } }),
      );
      await link(page, "Orders").click();
      await expect(page.getByRole("main").getByRole("alert")).toContainText("Not for you.");
      await lookAt(page, "failed", info);
      const gate = await Gate.close(page, /^read customer/);
      await link(page, "Profile").click();
      await gate.holds();
      await look(page, "loading", info);
      gate.open();
      await settled(page);
      await context.setOffline(true);
      await expect(page.getByText(/^You are offline\./)).toBeVisible();
      await lookAt(page, "offline", info);
      await context.setOffline(false);
    });

    test("the pages with htmx", async ({ page, complaints }, info) => {
      complaints.announce(/status of 422/);
      await page.goto("/");
      await page.getByRole("button", { name: "Add Espresso to the cart" }).click();
      await expect(page.getByText("1 × Espresso")).toBeVisible();
      await lookAt(page, "htmx-shop", info);
      await page.goto("/p/2/");
      await lookAt(page, "htmx-product", info);
      await page.goto("/account/");
      await lookAt(page, "htmx-sign-in", info);
      await page.getByRole("textbox", { name: "Name" }).fill("ada");
      await page.getByRole("textbox", { name: "Password" }).fill("demo");
      await page.getByRole("button", { name: "Sign in" }).click();
      await page.getByRole("textbox", { name: "Email" }).fill("nobody");
      await page.getByRole("button", { name: "Save" }).click();
      await expect(page.getByText("Enter a valid email address.")).toBeVisible();
      await lookAt(page, "htmx-account-with-an-error", info);
    });
  });
}

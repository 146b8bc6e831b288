/** All of it works by keyboard, and the focus is where one expects it. */

import { expect, link, test, visit } from "./fixtures.js";

test("the first stop leads past the navigation", async ({ page }) => {
  await visit(page, "/app/");
  await page.keyboard.press("Tab");
  await expect(page.getByRole("link", { name: "Skip to content" })).toBeFocused();
  await page.keyboard.press("Enter");
  await expect(page.getByRole("main")).toBeFocused();
  await page.keyboard.press("Tab");
  await expect(page.getByRole("searchbox", { name: "Search products" })).toBeFocused();
});

test("who goes to a page is at its heading", async ({ page }) => {
  await visit(page, "/app/", "ada");
  await link(page, "Orders").focus();
  await page.keyboard.press("Enter");
  const heading = page.getByRole("heading", { level: 1 });
  await expect(heading).toHaveText("Orders");
  await expect(heading).toBeFocused();
  await expect(page).toHaveTitle(/^Orders/);
});

test("a dialog keeps the focus, closes with Escape and gives it back", async ({ page }) => {
  await visit(page, "/app/orders/", "ada");
  const cancel = page.getByRole("button", { name: "Cancel order 4" });
  await cancel.focus();
  await page.keyboard.press("Enter");
  const dialog = page.getByRole("dialog", { name: "Cancel order 4?" });
  await expect(dialog).toBeVisible();
  for (let stop = 0; stop < 6; stop += 1) {
    await page.keyboard.press("Tab");
    const isElsewhere = await page.evaluate(() => {
      const { activeElement } = document;
      // The browser's own bar lies between the last stop and the first.
      return activeElement !== document.body && !activeElement?.closest("dialog");
    });
    expect(isElsewhere).toBe(false);
  }
  await page.keyboard.press("Escape");
  await expect(dialog).toHaveCount(0);
  await expect(cancel).toBeFocused();
});

test("somebody buys something by keyboard alone", async ({ page }) => {
  await visit(page, "/app/");
  const press = async (name: string, role: "button" | "link" = "button"): Promise<void> => {
    const target = page.getByRole(role, { name }).last();
    for (let stop = 0; stop < 60; stop += 1) {
      await page.keyboard.press("Tab");
      if (await target.evaluate((element) => element === document.activeElement)) break;
    }
    await expect(target).toBeFocused();
    await page.keyboard.press("Enter");
  };
  await press("Sign in");
  await press("Sign in as ada");
  await expect(page.getByRole("button", { name: "Signed in as ada" })).toBeVisible();
  await press("Add Espresso to cart");
  await expect(page.getByTestId("message")).toHaveText("Espresso is in the cart.");
  await press("Cart (1)", "link");
  await press("Place order");
  await press("Buy now");
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Order 19");
});

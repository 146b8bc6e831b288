/** Tabs of one user follow each other; those of others hear nothing. */

import { expect, link, signIn, test, visit, withoutEvents } from "./fixtures.js";
import { Traffic } from "./traffic.js";

test("a second tab of the same user follows by itself", async ({ page, context, stranger }) => {
  await withoutEvents(context);
  await visit(page, "/app/orders/", "ada");
  const second = await context.newPage();
  await visit(second, "/app/orders/?status=placed");
  await expect(second.getByRole("link", { name: "Order 4" })).toBeVisible();
  await visit(stranger, "/app/orders/", "bo");
  const [ofSecond, ofStranger] = [new Traffic(second), new Traffic(stranger)];

  await page.getByRole("button", { name: "Cancel order 4" }).click();
  await page.getByRole("button", { name: "Cancel the order" }).click();
  await expect(second.getByRole("link", { name: "Order 4" })).toHaveCount(0);
  await expect(link(second, "Notifications")).toHaveAccessibleName("Notifications (15 unread)");
  expect(await ofSecond.take()).toEqual([
    "read notifications?unread_only=false",
    "read orders?page=1&status=placed",
  ]);
  expect(await ofStranger.take()).toEqual([]);
});

test("who logs out in one tab is forgotten in the other", async ({ page, context }) => {
  await visit(page, "/app/", "ada");
  const second = await context.newPage();
  await visit(second, "/app/orders/");
  await expect(second.getByRole("link", { name: "Order 4" })).toBeVisible();

  await page.getByRole("button", { name: "Signed in as ada" }).click();
  await page.getByRole("button", { name: "Log out" }).click();
  await expect(second.getByText("Sign in to see this.")).toBeVisible();
  await expect(second.getByRole("link", { name: "Order 4" })).toHaveCount(0);

  await signIn(second, "bo");
  await expect(page.getByRole("button", { name: "Signed in as bo" })).toBeVisible();
});

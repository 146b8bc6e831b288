/** What a mutation makes stale is fetched anew, all of it, once, and nothing else is. */

import type { Page } from "@playwright/test";
import { expect, link, settled, stopClock, test, visit, withoutEvents } from "./fixtures.js";
import { Gate } from "./gate.js";
import { ENDPOINTS, Traffic } from "./traffic.js";

/** The orders in a table, from the top, as soon as they are those that were asked for. */
async function rows(page: Page, table: string): Promise<string[]> {
  await settled(page);
  const heads = page.getByRole("table", { name: table, exact: true }).getByRole("rowheader");
  return (await heads.allInnerTexts()).map((text) => /Order \d+/.exec(text)?.[0] ?? text);
}

// live.spec.ts tries events, which may read data once more that came with a call.
test.beforeEach(async ({ context }) => withoutEvents(context));

test("a mutation takes one request, and everything it changed is fresh", async ({ page }) => {
  await visit(page, "/app/");
  const traffic = new Traffic(page);
  await page.getByRole("button", { name: "Add Espresso to cart" }).click();
  await expect(page.getByTestId("message")).toHaveText("Espresso is in the cart.");
  await expect(link(page, "Cart")).toHaveAccessibleName("Cart (1)");
  expect(await traffic.take()).toEqual(["call add_to_cart"]);
});

test("an order takes one request for all that it changes, and one for what it shows", async ({
  page,
}) => {
  await visit(page, "/app/", "ada");
  await page.getByRole("button", { name: "Add Espresso to cart" }).click();
  await link(page, "Cart").click();
  await page.getByRole("button", { name: "Place order" }).click();
  await expect(link(page, "Notifications")).toHaveAccessibleName("Notifications (14 unread)");
  const traffic = new Traffic(page);
  await page.getByRole("button", { name: "Buy now" }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Order 19");
  await expect(link(page, "Notifications")).toHaveAccessibleName("Notifications (15 unread)");
  await expect(link(page, "Cart")).toHaveAccessibleName("Cart");
  expect(await traffic.take()).toEqual(["call place_order", "read order?order_id=19"]);
});

test("without single flight the page reads what is stale, and nothing else", async ({ page }) => {
  await page.route(`**${ENDPOINTS}call/`, async (route) => {
    const headers = await route.request().allHeaders();
    delete headers["x-mizan-held"];
    await route.continue({ headers });
  });
  await visit(page, "/app/", "mara");
  await link(page, "Back office").click();
  await expect(page.getByRole("list", { name: "Running out" })).toContainText("Kettle");
  const traffic = new Traffic(page);

  await page.getByRole("button", { name: "Restock Kettle" }).click();
  await expect(page.getByRole("list", { name: "Running out" })).not.toContainText("Kettle");
  expect(await traffic.take()).toEqual(["call restock", "read stock?below=5"]);

  await page.getByRole("combobox", { name: "Status of order 1", exact: true }).selectOption("Paid");
  await expect(page.getByTestId("message")).toHaveText("Order 1 is paid.");
  expect(await traffic.take()).toEqual([
    "call set_order_status",
    // Whose order it was is not in the URL of a feed, so the page cannot tell that hers is not meant.
    "read notifications?unread_only=false",
    "read office?page=1",
    "read stock?below=5",
  ]);
});

test("Back and Forward show what is known, and read what has become stale", async ({ page }) => {
  await stopClock(page);
  await visit(page, "/app/", "ada");
  await link(page, "Orders").click();
  await page.getByRole("link", { name: "Order 4" }).click();
  await expect(page.getByRole("table", { name: "Lines" })).toBeVisible();
  const traffic = new Traffic(page);

  await page.goBack();
  await expect(page.getByRole("table", { name: "Orders" })).toBeVisible();
  await page.goForward();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Order 4");
  expect(await traffic.take()).toEqual([]);

  await page.getByRole("button", { name: "Cancel order" }).click();
  await page.getByRole("button", { name: "Cancel the order" }).click();
  await expect(page.getByRole("main")).toContainText("Cancelled");
  expect(await traffic.take()).toEqual(["call cancel_order"]);

  await page.goBack();
  const row = page.getByRole("row").filter({ hasText: "Order 4" });
  await expect(row).toContainText("Cancelled");
  expect(await traffic.take()).toEqual(["read orders?page=1"]);
  await page.goBack();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Products");
  expect(await traffic.take()).toEqual(["read catalogue?in_stock=false&page=1&search="]);
  await page.goForward();
  await expect(row).toContainText("Cancelled");
  expect(await traffic.take()).toEqual([]);
});

test("a page that comes with its data asks for nothing of it", async ({ page }) => {
  await visit(page, "/app/", "ada");
  const traffic = new Traffic(page);
  await page.reload();
  await expect(link(page, "Notifications")).toHaveAccessibleName("Notifications (14 unread)");
  await expect(page.getByRole("list", { name: "Products" })).toContainText("Espresso");
  expect(await traffic.take()).toEqual(["read notifications?unread_only=false"]);
});

test("who comes back from elsewhere sees what has changed since", async ({ page, stranger }) => {
  await visit(page, "/app/orders/", "ada");
  const row = page.getByRole("row").filter({ hasText: "Order 4" });
  await expect(row).toContainText("Placed");
  await page.getByRole("link", { name: "The same shop without React" }).click();
  await expect(page).toHaveURL("/");
  await visit(stranger, "/app/office/?status=placed", "mara");
  await stranger.getByRole("combobox", { name: "Status of order 4" }).selectOption("Paid");
  await expect(stranger.getByTestId("message")).toHaveText("Order 4 is paid.");
  await page.goBack();
  await expect(row).toContainText("Paid");
});

test("who looks at the page again sees what others have changed", async ({ page, stranger }) => {
  await page.clock.install();
  await visit(page, "/app/orders/", "ada");
  const row = page.getByRole("row").filter({ hasText: "Order 4" });
  await expect(row).toContainText("Placed");
  await visit(stranger, "/app/office/?status=placed", "mara");
  await stranger.getByRole("combobox", { name: "Status of order 4" }).selectOption("Paid");
  await expect(stranger.getByTestId("message")).toHaveText("Order 4 is paid.");
  // Data is believed for some seconds.
  await page.clock.fastForward("00:06");
  await page.evaluate(() =>
    document.dispatchEvent(new Event("visibilitychange", { bubbles: true })),
  );
  await expect(row).toContainText("Paid");
  await expect(link(page, "Notifications")).toHaveAccessibleName("Notifications (15 unread)");
});

test("lists by status and page lose and gain the row whose status changed", async ({ page }) => {
  await visit(page, "/app/office/?status=paid", "mara");
  const pages = page.getByRole("navigation", { name: "Pages" });
  const table = "Orders of everybody";
  await expect(pages).toContainText("Page 1 of 2");
  const before = await rows(page, table);
  expect(before).toHaveLength(6);
  await pages.getByRole("link", { name: "Next page" }).click();
  await expect(pages).toContainText("Page 2 of 2");
  const last = await rows(page, table);
  expect(last).toHaveLength(1);
  await page.getByRole("link", { name: "Placed" }).click();
  await expect(pages).toContainText("Page 1 of 1");
  const placed = await rows(page, table);
  expect(placed).toHaveLength(6);

  await page.goBack();
  await page.goBack();
  await expect(pages).toContainText("Page 1 of 2");
  const traffic = new Traffic(page);
  await page.getByRole("combobox", { name: "Status of order 5" }).selectOption("Placed");
  await expect(pages).toContainText("Page 1 of 1");
  expect(await rows(page, table)).toEqual(
    [...before, ...last].filter((name) => name !== "Order 5"),
  );
  expect(await traffic.take()).toEqual(["call set_order_status"]);

  await page.getByRole("link", { name: "Placed" }).click();
  await expect(pages).toContainText("Page 1 of 2");
  expect(await traffic.take()).toEqual(["read office?page=1&status=placed"]);
  const now = await rows(page, table);
  await pages.getByRole("link", { name: "Next page" }).click();
  await expect(pages).toContainText("Page 2 of 2");
  const all = [...now, ...(await rows(page, table))];
  expect(all.sort()).toEqual([...placed, "Order 5"].sort());
});

test("who is on a last page that the last row leaves is led to the page before", async ({
  page,
}) => {
  await visit(page, "/app/office/?status=paid&page=2", "mara");
  const pages = page.getByRole("navigation", { name: "Pages" });
  await expect(pages).toHaveText(/Page 2 of 2/);
  const [last] = await rows(page, "Orders of everybody");
  await page
    .getByRole("combobox", { name: `Status of ${last?.toLowerCase()}` })
    .selectOption("Placed");
  await expect(page).toHaveURL("/app/office/?status=paid");
  await expect(pages).toHaveText(/^Page 1 of 1$/);
  expect(await rows(page, "Orders of everybody")).toHaveLength(6);
});

test("who goes back to a page of a longer list is not led elsewhere meanwhile", async ({
  page,
}) => {
  await visit(page, "/app/office/?page=3", "mara");
  const pages = page.getByRole("navigation", { name: "Pages" });
  await expect(pages).toHaveText(/Page 3 of 3/);
  await page.getByRole("link", { name: "Cancelled" }).click();
  await expect(pages).toHaveText(/^Page 1 of 1$/);
  // Nothing is known of the longer list any more.
  await page.reload();
  await expect(pages).toHaveText(/^Page 1 of 1$/);
  const gate = await Gate.close(page, /^read office/);
  await page.goBack();
  await gate.holds();
  await expect(page.getByRole("main").locator(".old")).toBeVisible();
  await expect(page).toHaveURL("/app/office/?page=3");
  gate.open();
  await settled(page);
  await expect(pages).toHaveText(/Page 3 of 3/);
});

test("the panel tells what a click led to", async ({ page }) => {
  await visit(page, "/app/");
  await page.getByRole("button", { name: "Add Espresso to cart" }).click();
  // Not the first one: a stream that is tried again meanwhile stands above it.
  const click = page.getByTestId("mizan-group").filter({ hasText: "add_to_cart" });
  await expect(click).toContainText("1 round trip");
  await expect(click).toContainText("X-Mizan-Invalidate: cart");
});

/** Networks and servers as they are: slow, gone for a while, losing what was sent. */

import { expect, link, settled, test, visit, withoutEvents } from "./fixtures.js";
import { Gate } from "./gate.js";
import { ENDPOINTS, Traffic } from "./traffic.js";

const NO_ANSWER = "The shop does not answer. Is it running, and are you online?";
const REFUSED =
  /Failed to load resource: net::ERR_(CONNECTION_REFUSED|CONNECTION_RESET|EMPTY_RESPONSE)/;

test("while a read is under way the page says so", async ({ page }) => {
  const gate = await Gate.close(page, /^read orders/);
  await visit(page, "/app/", "ada");
  await link(page, "Orders").click();
  await gate.holds();
  const main = page.getByRole("main");
  await expect(main.locator("[aria-busy=true]")).toContainText("Loading");
  await expect(main.getByRole("table")).toHaveCount(0);
  gate.deliver();
  await expect(main.getByRole("link", { name: "Order 4" })).toBeVisible();

  // The list of before stays, marked as old, until the other one is there.
  await main.getByRole("link", { name: "Cancelled" }).click();
  await gate.holds(2);
  await expect(main.locator("[aria-busy=true]")).toContainText("Order 4");
  gate.deliver();
  await expect(main.getByRole("link", { name: "Order 3", exact: true })).toBeVisible();
  await expect(main.getByRole("link", { name: "Order 4" })).toHaveCount(0);
  await settled(page);
});

test("a slow call shows that it is under way, and is sent once", async ({ page }) => {
  const gate = await Gate.close(page, /^call add_to_cart/);
  await visit(page, "/app/");
  const traffic = new Traffic(page);
  const button = page.getByRole("button", { name: "Add Espresso to cart" });
  await button.click();
  await gate.holds();
  await expect(button).toBeDisabled();
  await expect(link(page, "Cart")).toHaveAccessibleName("Cart");
  gate.open();
  await expect(link(page, "Cart")).toHaveAccessibleName("Cart (1)");
  await expect(button).toBeEnabled();
  expect(await traffic.take()).toEqual(["call add_to_cart"]);
});

test("an older answer is never shown over a newer one", async ({ page }) => {
  await visit(page, "/app/");
  const gate = await Gate.close(page, /^read catalogue.*search=(k|ke)$/);
  const search = page.getByRole("searchbox", { name: "Search products" });
  const list = page.getByRole("list", { name: "Products" });
  await search.fill("k");
  await gate.holds();
  await search.fill("ke");
  await gate.holds(2);
  await search.fill("espresso");
  await expect(list.getByRole("listitem")).toHaveCount(1);
  const shown = await list.innerText();
  gate.open();
  await settled(page);
  await new Traffic(page).quiet();
  expect(await list.innerText()).toBe(shown);
});

test("an answer that a change has overtaken is followed by another", async ({ page, context }) => {
  await withoutEvents(context);
  await visit(page, "/app/", "ada");
  const second = await context.newPage();
  await visit(second, "/app/orders/4/");
  const gate = await Gate.close(page, /^read orders/);
  const traffic = new Traffic(page);
  await link(page, "Orders").click();
  await gate.holds();
  // The server has answered, the reply is on its way: now the order changes.
  await second.getByRole("button", { name: "Cancel order" }).click();
  await second.getByRole("button", { name: "Cancel the order" }).click();
  await expect(second.getByTestId("message")).toHaveText("Order 4 is cancelled.");
  gate.open();
  const row = page.getByRole("row").filter({ hasText: "Order 4" });
  await expect(row).toContainText("Cancelled");
  expect(await traffic.take()).toEqual([
    "read notifications?unread_only=false",
    "read orders?page=1",
    "read orders?page=1",
  ]);
});

test("a call whose reply is lost makes what it may have changed stale", async ({
  page,
  complaints,
}) => {
  complaints.announce(/Failed to load resource: net::ERR_FAILED/);
  await visit(page, "/app/");
  await page.route(`**${ENDPOINTS}call/`, async (route) => {
    await route.fetch();
    await route.abort();
  });
  const traffic = new Traffic(page);
  await page.getByRole("button", { name: "Add Espresso to cart" }).click();
  await expect(page.getByRole("alert")).toHaveText(/\w/);
  await expect(link(page, "Cart")).toHaveAccessibleName("Cart (1)");
  expect(await traffic.take()).toEqual(["call add_to_cart", "read cart"]);
});

test("a read that fails in passing is tried again by itself", async ({ page, complaints }) => {
  complaints.announce(/Failed to load resource: net::ERR_CONNECTION_REFUSED/);
  await visit(page, "/app/", "ada");
  await page.route(`**${ENDPOINTS}ctx/orders/**`, (route) => route.abort("connectionrefused"), {
    times: 1,
  });
  const traffic = new Traffic(page);
  await link(page, "Orders").click();
  await expect(page.getByRole("link", { name: "Order 4" })).toBeVisible();
  await expect(page.getByRole("button", { name: "Try again" })).toHaveCount(0);
  expect(await traffic.take()).toEqual(["read orders?page=1", "read orders?page=1"]);
});

test("a server that dies and returns", async ({ page, shop, complaints }) => {
  complaints.announce(REFUSED);
  await visit(page, "/app/", "ada");
  await shop.kill();

  await page.getByRole("button", { name: "Add Espresso to cart" }).click();
  await expect(page.getByRole("alert").filter({ hasText: NO_ANSWER })).toBeVisible();
  // What was read before is still there to be looked at.
  await expect(page.getByRole("button", { name: "Add Cortado to cart" })).toBeEnabled();
  await link(page, "Orders").click();
  const failed = page.getByRole("main").getByRole("alert");
  // When all attempts have failed.
  await expect(failed).toContainText(NO_ANSWER);

  await shop.start();
  await failed.getByRole("button", { name: "Try again" }).click();
  await expect(page.getByRole("link", { name: "Order 4" })).toBeVisible();
  await expect(failed).toHaveCount(0);
  await page.getByRole("button", { name: "Cancel order 4" }).click();
  await page.getByRole("button", { name: "Cancel the order" }).click();
  await expect(page.getByTestId("message")).toHaveText("Order 4 is cancelled.");
});

test("a page that could not be read recovers by itself when the network is back", async ({
  page,
  context,
  shop,
  complaints,
}) => {
  complaints.announce(REFUSED);
  await visit(page, "/app/", "ada");
  await shop.kill();
  await link(page, "Orders").click();
  await expect(page.getByRole("main").getByRole("alert")).toContainText(NO_ANSWER);
  await context.setOffline(true);
  await shop.start();
  await context.setOffline(false);
  await expect(page.getByRole("link", { name: "Order 4" })).toBeVisible();
});

test("offline, reads wait and calls fail at once", async ({ page, context }) => {
  await visit(page, "/app/", "ada");
  await context.setOffline(true);
  await expect(page.getByText(/^You are offline\./)).toBeVisible();
  const traffic = new Traffic(page);

  await page.getByRole("button", { name: "Add Espresso to cart" }).click();
  await expect(page.getByRole("alert").filter({ hasText: "offline" })).toBeVisible();
  await link(page, "Orders").click();
  await expect(page.getByRole("main").locator("[aria-busy=true]")).toContainText("Loading");
  expect(await traffic.take()).toEqual([]);

  await context.setOffline(false);
  await expect(page.getByRole("link", { name: "Order 4" })).toBeVisible();
  await expect(page.getByText(/^You are offline\./)).toHaveCount(0);
  await expect(link(page, "Cart")).toHaveAccessibleName("Cart");
  expect(await traffic.take()).not.toContain("call add_to_cart");
});

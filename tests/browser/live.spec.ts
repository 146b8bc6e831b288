/** Open pages follow whoever changes something: the admin, a webhook, a task; and nobody hears more. */

import type { Page } from "@playwright/test";
import { look, overflows } from "./axe.js";
import { expect, link, test as base, visit, type User } from "./fixtures.js";
import { Traffic } from "./traffic.js";
import { Wire } from "./wire.js";

/** `wire` is the address by which `page` is shown, `otherWire` that of `stranger`. */
const test = base.extend<{ wire: Wire; otherWire: Wire }>({
  wire: async ({ shop }, use) => {
    const wire = await Wire.to(shop.url);
    await use(wire);
    wire.close();
  },
  otherWire: async ({ shop }, use) => {
    const wire = await Wire.to(shop.url);
    await use(wire);
    wire.close();
  },
});

/** Waits until a page says that it follows. */
async function isLive(page: Page): Promise<void> {
  await expect(page.getByRole("banner").getByText(/^Live/)).toBeVisible();
}

/** Shows a page to a user, and waits until it follows. */
async function follow(page: Page, address: string, user?: User): Promise<void> {
  // Who signs in on an order's page is led to the list.
  if (user) await visit(page, new URL("/app/", address).href, user);
  await visit(page, address);
  await isLive(page);
}

/** The event of an order whose page is open: of what others hold it names nothing. */
function changed(order: number): unknown {
  const targets = ["notifications", { context: "order", params: { order_id: order } }];
  return { targets, spread: 0 };
}

/** Opens the form of an order in the admin, as mara. */
async function openAdmin(page: Page, order: number): Promise<void> {
  await page.goto(`/admin/store/order/${order}/change/`);
  await page.getByRole("textbox", { name: "Username" }).fill("mara");
  await page.getByLabel("Password").fill("demo");
  await page.getByRole("button", { name: "Log in" }).click();
  await expect(page.getByRole("heading", { name: "Change order" })).toBeVisible();
}

test("an order's page follows the payment provider, a task and the admin", async ({
  page,
  stranger,
  shop,
  complaints,
}) => {
  // The admin has no icon.
  complaints.announce(/status of 404.*favicon/);
  await follow(page, `${shop.url}/app/orders/4/`, "ada");
  const status = page.getByRole("main").locator(".status");
  await expect(status).toHaveText("Placed");
  const traffic = new Traffic(page);
  const reads = ["read notifications?unread_only=false", "read order?order_id=4"];

  await shop.pay(4);
  await expect(status).toHaveText("Paid");
  expect(await traffic.take()).toEqual(reads);

  await openAdmin(stranger, 4);
  await stranger.goto("/admin/store/order/");
  await stranger.getByRole("row", { name: "Order 4 Ada" }).getByRole("checkbox").check();
  await stranger.getByLabel("Action:").selectOption("Ship those that are paid");
  await stranger.getByRole("button", { name: "Go" }).click();
  await expect(stranger.getByText("On their way: 1.")).toBeVisible();
  await expect(status).toHaveText("Shipped");
  expect(await traffic.take()).toEqual(reads);

  await stranger.goto("/admin/store/order/4/change/");
  await stranger.getByLabel("Status:").selectOption("Placed");
  await stranger.getByRole("button", { name: "Save", exact: true }).click();
  await expect(stranger.getByText("was changed successfully")).toBeVisible();
  await expect(status).toHaveText("Placed");
  expect(await traffic.take()).toEqual(reads);
});

/** What is one user's alone: in data, in notifications, in targets. */
const OF_ADA = ["ada@example.org", "Thank you for order 4.", "Order 4 is paid.", '"order_id":4}'];
const OF_BO = ["bo@example.org", "Thank you for order 17.", "Order 17 is paid.", '"order_id":17}'];

test("each of two users hears of what is theirs, and receives no byte of the other", async ({
  wire,
  otherWire,
  page,
  stranger,
  shop,
}) => {
  for (const [each, of, user, order] of [
    [page, wire, "ada", 4],
    [stranger, otherWire, "bo", 17],
  ] as const) {
    await visit(each, `${of.url}/app/profile/`, user);
    await link(each, "Notifications").click();
    await expect(each.getByText(`Thank you for order ${order}.`)).toBeVisible();
    await follow(each, `${of.url}/app/orders/${order}/`);
    // The page may follow what its frame shows before it asks for the order, too.
    await expect.poll(() => decodeURIComponent(of.asked)).toContain(`order_id=${order}`);
    await expect.poll(() => of.streams).toBe(1);
  }

  await shop.pay(4);
  await expect(page.getByRole("main").locator(".status")).toHaveText("Paid");
  await shop.pay(17);
  await expect(stranger.getByRole("main").locator(".status")).toHaveText("Paid");
  for (const each of [page, stranger]) await link(each, "Notifications").click();
  await expect(page.getByText("Order 4 is paid.")).toBeVisible();
  await expect(stranger.getByText("Order 17 is paid.")).toBeVisible();

  // A stream tells in order: what the other was told of would have come before.
  expect(wire.events).toEqual([changed(4)]);
  expect(otherWire.events).toEqual([changed(17)]);
  for (const [mine, others, own] of [
    [wire, otherWire, OF_ADA],
    [otherWire, wire, OF_BO],
  ] as const) {
    for (const trace of own) {
      expect(mine.received.includes(trace), `${trace}, for its owner`).toBe(true);
      expect(others.received.includes(trace), `${trace}, for another`).toBe(false);
    }
  }
});

test("tabs of one user share one stream, and outlive each other", async ({
  wire,
  page,
  context,
  shop,
}) => {
  await follow(page, `${wire.url}/app/orders/4/`, "ada");
  const second = await context.newPage();
  await follow(second, `${wire.url}/app/orders/`);
  const row = second.getByRole("row").filter({ hasText: "Order 4" });
  await expect.poll(() => wire.streams).toBe(1);
  await shop.pay(4);
  await expect(page.getByRole("main").locator(".status")).toHaveText("Paid");
  await expect(row).toContainText("Paid");
  expect(wire.streams).toBe(1);

  // The first tab had the stream.
  await page.close();
  await shop.pay(1);
  await expect(second.getByRole("row", { name: /^Order 1 / })).toContainText("Paid");
  await expect.poll(() => wire.streams).toBe(1);
});

/** After failures a page waits ever longer, half a minute at most. */
const AGAIN = { timeout: 45_000 };

test("what happens while a proxy or the server is away is seen afterwards", async ({
  wire,
  page,
  shop,
}) => {
  test.slow();
  await follow(page, `${wire.url}/app/orders/4/`, "ada");
  const status = page.getByRole("main").locator(".status");
  wire.cut();
  await shop.pay(4);
  wire.mend();
  await expect(status).toHaveText("Paid", AGAIN);

  await shop.kill();
  await shop.run(
    "from store.models import Order; Order.objects.filter(pk=4).update(status='shipped')",
  );
  await shop.start();
  await expect(status).toHaveText("Shipped", AGAIN);
  await expect(page.getByRole("banner").getByText(/^Live/)).toBeVisible(AGAIN);
});

test("a page on a phone says whether it follows, in words and in a colour", async ({
  page,
  shop,
  complaints,
}, info) => {
  complaints.announce(/status of 501/);
  await page.setViewportSize({ width: 390, height: 844 });
  await page.route("**/events/**", (route) => route.fulfill({ status: 501 }));
  await visit(page, "/app/", "ada");
  await expect(page.getByRole("banner").getByText(/^Not live/)).toBeVisible();
  await look(page, "not-live", info);
  await page.unroute("**/events/**");
  await follow(page, `${shop.url}/app/orders/4/`);
  await shop.pay(4);
  await expect(page.getByRole("main").locator(".status")).toHaveText("Paid");
  await look(page, "live", info);
  expect(await overflows(page)).toBe(false);
});

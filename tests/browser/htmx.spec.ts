/** The page with htmx: the header alone says what is stale, and no JSON is read. */

import type { Page } from "@playwright/test";
import { expect, test } from "./fixtures.js";
import { ENDPOINTS } from "./traffic.js";

/** `POST /cart/add/2/`, of each request but those for files. */
function requestsOf(page: Page): string[] {
  const names: string[] = [];
  page.on("request", (request) => {
    const { pathname } = new URL(request.url());
    if (!pathname.startsWith("/static/")) names.push(`${request.method()} ${pathname}`);
  });
  return names;
}

test("what a reply's header makes stale is loaded again, and nothing else", async ({ page }) => {
  const requests = requestsOf(page);
  await page.goto("/");
  const cart = page.getByRole("complementary", { name: "Cart" });
  await expect(cart).toContainText("It is empty.");
  expect(requests.splice(0)).toEqual(["GET /", "GET /cart/"]);

  const reply = page.waitForResponse(/\/cart\/add\//);
  await page.getByRole("button", { name: "Add Espresso to the cart" }).click();
  expect(await (await reply).headerValue("X-Mizan-Invalidate")).toMatch(/^cart(;|$)/);
  await expect(cart).toContainText("1 × Espresso");
  await page.getByRole("button", { name: "Add Espresso to the cart" }).click();
  await expect(cart).toContainText("2 × Espresso");
  await page.getByRole("button", { name: "Remove Espresso" }).click();
  await expect(cart).toContainText("It is empty.");
  expect(requests.map((name) => name.replace(/\d+/, "N"))).toEqual([
    "POST /cart/add/N/",
    "GET /cart/",
    "POST /cart/add/N/",
    "GET /cart/",
    "POST /cart/remove/N/",
    "GET /cart/",
  ]);
});

test("what cannot be done is said in words", async ({ page, complaints }) => {
  complaints.announce(/status of 409|htmx:responseError|Response Status Error Code 409/);
  await page.goto("/");
  const cart = page.getByRole("complementary", { name: "Cart" });
  for (const pieces of [1, 2, 3]) {
    await page.getByRole("button", { name: "Add Kettle to the cart" }).click();
    await expect(cart).toContainText(`${pieces} × Kettle`);
  }
  await page.getByRole("button", { name: "Add Kettle to the cart" }).click();
  await expect(page.getByText("There are only 3 of Kettle.")).toBeVisible();
  await expect(cart).toContainText("3 × Kettle");
});

test("a form is sent as a call, and each field hears of its own error", async ({
  page,
  complaints,
}) => {
  complaints.announce(/status of 422/);
  await page.goto("/account/");
  await page.getByRole("textbox", { name: "Name" }).fill("ada");
  await page.getByRole("textbox", { name: "Password" }).fill("demo");
  await page.getByRole("button", { name: "Sign in" }).click();
  const email = page.getByRole("textbox", { name: "Email" });
  await expect(email).toHaveValue("ada@example.org");
  await expect(page.getByText("It is empty.")).toBeVisible();

  const requests = requestsOf(page);
  await email.fill("nobody");
  await page.getByRole("button", { name: "Save" }).click();
  await expect(email).toHaveAttribute("aria-invalid", "true");
  await expect(email).toHaveAccessibleDescription("Enter a valid email address.");
  await email.fill("ada@example.com");
  await page.getByRole("button", { name: "Save" }).click();
  await expect(page.getByText("Saved.")).toBeVisible();
  await expect(email).toHaveAttribute("aria-invalid", "false");
  expect(requests).toEqual([`POST ${ENDPOINTS}call/`, `POST ${ENDPOINTS}call/`]);
});

test("a form can be used when its script is there, not before", async ({ page }) => {
  let arrive: () => void = () => undefined;
  const script = new Promise<void>((resolve) => (arrive = resolve));
  await page.route("**/store/shop.js", async (route) => {
    await script;
    await route.continue();
  });
  await page.goto("/account/", { waitUntil: "commit" });
  const button = page.getByRole("button", { name: "Sign in" });
  await expect(button).toBeDisabled();
  arrive();
  await expect(button).toBeEnabled();
});

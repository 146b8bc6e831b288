/**
 * The last step of docs/tutorial.md in Chromium: the page in one window, the admin in another.
 * Invariant: the page is loaded once; what it shows afterwards has come by itself.
 *
 * usage: node windows.js ADDRESS CHROMIUM
 */

import { chromium, expect as impatient } from "@playwright/test";
import process from "node:process";

// Machines under load are slow; nothing here measures time.
const expect = impatient.configure({ timeout: 30_000 });
const [, , address, executablePath] = process.argv;

/** A change in the admin, as somebody makes it there. */
async function changePortions(admin, portions) {
  await admin.goto(`${address}/admin/menu/dish/1/change/`);
  await admin.getByLabel("Portions").fill(portions);
  await admin.getByRole("button", { name: "Save", exact: true }).click();
  await expect(admin.getByText("was changed successfully")).toBeVisible();
}

const browser = await chromium.launch({ executablePath });
try {
  const context = await browser.newContext();
  const page = await context.newPage();
  const errors = [];
  page.on("pageerror", (error) => errors.push(error.message));
  await page.goto(address);
  const soup = page.getByRole("listitem").filter({ hasText: "Soup" });
  await expect(soup).toContainText("left");

  const admin = await context.newPage();
  await admin.goto(`${address}/admin/`);
  await admin.getByLabel("Username").fill("ada");
  await admin.getByLabel("Password").fill("menu");
  await admin.getByRole("button", { name: "Log in" }).click();
  await changePortions(admin, "1");
  await expect(soup).toContainText("1 left");
  process.stdout.write("The page shows what was changed in the admin: 1 left.\n");

  await soup.getByRole("button", { name: "Order" }).click();
  await expect(soup).toContainText("0 left");
  await expect(soup.getByRole("button", { name: "Order" })).toBeDisabled();
  process.stdout.write("It shows what a click on Order changed: 0 left.\n");

  await changePortions(admin, "12");
  await expect(soup).toContainText("12 left");
  const stranger = await browser.newContext();
  const data = { function: "order", args: { dish_id: 1 } };
  expect((await stranger.request.post(`${address}/api/mizan/call/`, { data })).ok()).toBe(true);
  await expect(soup).toContainText("11 left");
  process.stdout.write("It shows what somebody else ordered: 11 left.\n");
  expect(errors).toEqual([]);
} finally {
  await browser.close();
}

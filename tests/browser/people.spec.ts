/** Who may see and do what; and what is left of somebody who has gone: nothing. */

import type { Page } from "@playwright/test";
import { expect, link, settled, signIn, test, visit } from "./fixtures.js";
import { Gate } from "./gate.js";
import { Traffic } from "./traffic.js";

const REVOKE = `
from django.contrib.auth.models import User
User.objects.get(username="mara").user_permissions.clear()
`;

test("a permission that is revoked", async ({ page, shop, complaints }) => {
  complaints.announce(/status of 403/);
  await visit(page, "/app/office/", "mara");
  await expect(page.getByRole("table", { name: "Orders of everybody" })).toBeVisible();
  await shop.run(REVOKE);

  await page.getByRole("button", { name: "Restock Kettle" }).click();
  await expect(page.locator("p[role=alert].message")).toHaveText(/permission|allowed|may/i);
  await page.getByRole("link", { name: "Cancelled" }).click();
  await expect(page.getByRole("main").getByRole("alert")).toHaveText(/permission|allowed|may/i);

  await page.reload();
  await settled(page);
  await expect(page.getByRole("main").getByRole("alert")).toHaveText(
    "This is for those who run the shop.",
  );
  await expect(page.getByRole("table")).toHaveCount(0);
  await expect(link(page, "Back office")).toHaveCount(0);
});

test("a form whose fields are refused", async ({ page, complaints }) => {
  complaints.announce(/status of 422/);
  await visit(page, "/app/profile/", "ada");
  const [name, email, phone] = ["Name", "Email", "Phone"].map((label) =>
    page.getByRole("textbox", { name: label, exact: true }),
  ) as [ReturnType<Page["locator"]>, ReturnType<Page["locator"]>, ReturnType<Page["locator"]>];
  await name.fill("");
  await email.fill("nobody");
  await phone.fill("0221 5551234");
  await page.getByRole("button", { name: "Save" }).click();

  await expect(name).toHaveAttribute("aria-invalid", "true");
  await expect(name).toHaveAccessibleDescription("This field is required.");
  await expect(email).toHaveAttribute("aria-invalid", "true");
  await expect(email).toHaveAccessibleDescription("Enter a valid email address.");
  await expect(phone).toHaveAttribute("aria-invalid", "false");
  await expect(email).toHaveValue("nobody");

  await name.fill("Ada L.");
  await email.fill("ada@example.com");
  const traffic = new Traffic(page);
  await page.getByRole("button", { name: "Save" }).click();
  await expect(page.getByTestId("message")).toHaveText("Saved.");
  await expect(email).toHaveAttribute("aria-invalid", "false");
  await expect(email).toHaveAccessibleDescription("");
  expect(await traffic.take()).toEqual(["call update_profile"]);
  await page.reload();
  await expect(name).toHaveValue("Ada L.");
  await expect(phone).toHaveValue("0221 5551234");
});

test("an error that a function declares is told in words", async ({ page, complaints }) => {
  complaints.announce(/status of 409/);
  await visit(page, "/app/?search=kettle");
  await page.getByRole("link", { name: "Kettle" }).click();
  await page.getByRole("spinbutton", { name: "Quantity" }).fill("4");
  await page.getByRole("button", { name: "Add to cart" }).click();
  await expect(page.getByRole("alert").filter({ hasText: /\w/ })).toHaveText(
    "There are only 3 of Kettle.",
  );
  await expect(link(page, "Cart")).toHaveAccessibleName("Cart");
});

/** Notes each text that the page ever shows from now on, if only for a moment. */
async function watchTexts(page: Page): Promise<() => Promise<string>> {
  await page.evaluate(() => {
    const seen = (document.body.dataset["seen"] = "");
    const texts = new Set([seen]);
    const note = (): void => {
      const values = [...document.querySelectorAll("input")].map(({ value }) => value);
      texts.add(
        `${document.getElementById("app")?.querySelector("main")?.textContent} ${values.join(" ")}`,
      );
    };
    new MutationObserver(note).observe(document.body, {
      childList: true,
      subtree: true,
      characterData: true,
      attributes: true,
    });
    Object.assign(globalThis, { seenTexts: () => [...texts].join("\n") });
  });
  return () =>
    page.evaluate(() => (globalThis as unknown as { seenTexts: () => string }).seenTexts());
}

/** What the page's memory holds, after what nobody needs is thrown away. */
async function memoryOf(page: Page): Promise<string> {
  const session = await page.context().newCDPSession(page);
  let snapshot = "";
  session.on("HeapProfiler.addHeapSnapshotChunk", ({ chunk }) => (snapshot += chunk));
  await page.requestGC();
  await session.send("HeapProfiler.takeHeapSnapshot");
  await session.detach();
  return snapshot;
}

test("nothing of who logged out is left for who comes next", async ({ page }) => {
  await visit(page, "/app/", "ada");
  await link(page, "Profile").click();
  await expect(page.getByRole("textbox", { name: "Email" })).toHaveValue("ada@example.org");
  await link(page, "Orders").click();
  await expect(page.getByRole("link", { name: "Order 4" })).toBeVisible();
  await link(page, "Notifications").click();
  await expect(page.getByText("Thank you for order 4.")).toBeVisible();
  await expect(memoryOf(page)).resolves.toContain("ada@example.org");

  await page.getByRole("button", { name: "Signed in as ada" }).click();
  const texts = await watchTexts(page);
  await page.getByRole("button", { name: "Log out" }).click();
  await expect(page.getByTestId("message")).toHaveText("You are logged out.");
  await signIn(page, "bo");
  const traffic = new Traffic(page);
  await link(page, "Profile").click();
  await expect(page.getByRole("textbox", { name: "Email" })).toHaveValue("bo@example.org");
  await link(page, "Orders").click();
  await expect(page.getByRole("link", { name: "Order 15" })).toBeVisible();
  await link(page, "Notifications").click();
  await expect(page.getByText("Thank you for order 15.")).toBeVisible();

  expect(await traffic.take()).toEqual(["read customer?customer_id=3", "read orders?page=1"]);
  const seen = await texts();
  expect(seen).toContain("bo@example.org");
  for (const trace of ["ada@example.org", "Order 4", "Thank you for order 4."]) {
    // The last moment of the page that showed it may be seen, but none after the log-out.
    expect(seen.split("Sign in to see this.").slice(1).join(""), trace).not.toContain(trace);
  }
  const memory = await memoryOf(page);
  expect(memory).toContain("bo@example.org");
  expect(memory).not.toContain("ada@example.org");
});

test("a reply for who logged out, however late, is shown to nobody", async ({ page }) => {
  await visit(page, "/app/", "ada");
  const gate = await Gate.close(page, /^read orders/);
  await link(page, "Orders").click();
  await gate.holds();
  const texts = await watchTexts(page);
  await page.getByRole("button", { name: "Signed in as ada" }).click();
  await page.getByRole("button", { name: "Sign in as bo" }).click();
  await expect(page.getByRole("button", { name: "Signed in as bo" })).toBeVisible();
  await gate.holds(2);
  gate.open();
  await expect(page.getByRole("link", { name: "Order 15" })).toBeVisible();
  await new Traffic(page).quiet();
  expect(await texts()).not.toContain("Order 4");
});

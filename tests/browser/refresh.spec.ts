/** What a mutation makes stale is fetched anew, all of it, once, and nothing else is. */

import { expect, link, test, visit } from "./fixtures.js";
import { Traffic } from "./traffic.js";

test("a mutation takes one request, and everything it changed is fresh", async ({ page }) => {
  await visit(page, "/app/");
  const traffic = new Traffic(page);
  await page.getByRole("button", { name: "Add Espresso to cart" }).click();
  await expect(page.getByTestId("message")).toHaveText("Espresso is in the cart.");
  await expect(link(page, "Cart")).toHaveAccessibleName("Cart (1)");
  expect(await traffic.take()).toEqual(["call add_to_cart"]);
});

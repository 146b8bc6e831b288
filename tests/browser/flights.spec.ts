/** An invalidation that comes while an instance is fetched: what is shown then is never the old. */

import { openBare } from "./barePage.js";
import { expect, test, visit } from "./fixtures.js";
import { Gate } from "./gate.js";
import { Traffic } from "./traffic.js";

declare global {
  /** What one order's status is shown as, and what begins to show it or asks for it. */
  var order: {
    readonly shown: () => string | undefined;
    readonly mount: () => void;
    readonly unmount: () => void;
    readonly prefetch: () => void;
    readonly cancel: () => Promise<unknown>;
  };
}

type Step = "mount" | "unmount" | "prefetch" | "answered";

/** What was done before the order was cancelled: the last answer is under way then. */
const CASES: Record<string, readonly Step[]> = {
  "a first load": ["mount"],
  "a refetch": ["mount", "answered", "unmount", "prefetch", "mount"],
  "a prefetch": ["prefetch"],
  "the load of what is not shown any more": ["mount", "unmount"],
};

for (const [name, steps] of Object.entries(CASES)) {
  test(`an invalidation during ${name} is not lost`, async ({ page }) => {
    await visit(page, "/app/", "ada");
    await openBare(page);
    await page.evaluate(() => {
      const { createClient, mizanCall, prefetch, registerContext } = mizan;
      const client = createClient({ baseUrl: "/api/mizan/", held: false });
      const context = { name: "order" };
      const params = { order_id: 4 };
      const instance = registerContext<typeof params, { order: { status: string } }>(
        client,
        context,
        params,
      );
      let stop: (() => void) | undefined;
      globalThis.order = {
        shown: () => instance.getSnapshot().data?.order.status,
        mount: () => (stop ??= instance.subscribe(() => undefined)),
        unmount: () => {
          stop?.();
          stop = undefined;
        },
        prefetch: () => void prefetch(client, context, params, { staleTime: 0 }),
        cancel: () => mizanCall(client, "cancel_order", params),
      };
    });
    const gate = await Gate.close(page, /^read order\?/);
    const traffic = new Traffic(page);
    let count = 1;
    for (const step of steps) {
      if (step === "answered") {
        await gate.holds(count);
        count += 1;
        gate.deliver();
        await expect.poll(() => page.evaluate(() => order.shown())).toBe("placed");
      } else
        await page.evaluate((what) => {
          order[what]();
        }, step);
    }
    await gate.holds(count);

    await page.evaluate(() => order.cancel());
    gate.open();
    await traffic.quiet();
    await page.evaluate(() => {
      order.mount();
    });
    await expect.poll(() => page.evaluate(() => order.shown())).toBe("cancelled");
    await traffic.quiet();
    expect(await page.evaluate(() => order.shown())).toBe("cancelled");
  });
}

/** Identity tokens that expire: renewed once for all who wait, and nobody notices. */

import type { Page } from "@playwright/test";
import { openBare } from "./barePage.js";
import { expect, test, visit } from "./fixtures.js";
import { Traffic } from "./traffic.js";

const READS = ["read notifications", "read orders", "read session"];

/** A token of ada's that was given an hour ago. */
const OLD = `
import time
from django.contrib.auth.models import User
from mizan.django.mwt import create_mwt
print(create_mwt(User.objects.get(username="ada"), now=int(time.time()) - 3600))
`;

declare global {
  /** Reads three contexts at once; says how many orders there are. */
  var readAll: () => Promise<number>;
}

/** Begins a client with tokens; the first is the given one, where there is one. */
async function begin(page: Page, first?: string): Promise<void> {
  await page.evaluate((text) => {
    const { createClient, mizanCall, mizanFetch, token } = mizan;
    const client = createClient({ baseUrl: "/api/mizan/" });
    let kept = text;
    if (text === undefined) token(client);
    else {
      const plain = createClient({ baseUrl: "/api/mizan/" });
      token(client, {
        obtain: async () => {
          const known = kept;
          kept = undefined;
          if (known) return { token: known, expires_at: "" };
          return mizanCall<object, { token: string; expires_at: string }, never>(
            plain,
            { name: "mwt_obtain" },
            {},
          );
        },
      });
    }
    globalThis.readAll = async () => {
      const [orders] = await Promise.all(
        ["orders", "notifications", "session"].map((name) =>
          mizanFetch<object, { orders: unknown[] }>(client, { name }, {}, { staleTime: 0 }),
        ),
      );
      return orders?.orders.length ?? 0;
    };
  }, first);
}

test("a token is obtained once for many reads, and renewed before it expires", async ({ page }) => {
  await page.clock.install();
  await visit(page, "/app/", "ada");
  await openBare(page);
  await begin(page);
  const traffic = new Traffic(page);
  const tokens: (string | undefined)[] = [];
  page.on("request", (request) => tokens.push(request.headers()["x-mizan-token"]));
  expect(await page.evaluate(() => readAll())).toBe(6);
  expect(await traffic.take()).toEqual(["call mwt_obtain", ...READS]);
  expect(new Set(tokens.filter(Boolean)).size).toBe(1);
  expect(tokens.filter(Boolean)).toHaveLength(READS.length);

  await page.clock.fastForward("02:00");
  expect(await page.evaluate(() => readAll())).toBe(6);
  expect(await traffic.take()).toEqual(READS);
  // Half a minute before its five minutes are over.
  await page.clock.fastForward("02:31");
  expect(await page.evaluate(() => readAll())).toBe(6);
  expect(await traffic.take()).toEqual(["call mwt_obtain", ...READS]);
});

test("a token that the server finds expired is renewed once, and the reads follow", async ({
  page,
  shop,
  complaints,
}) => {
  complaints.announce(/status of 401/);
  await visit(page, "/app/", "ada");
  await openBare(page);
  await begin(page, await shop.run(OLD));
  const traffic = new Traffic(page);
  expect(await page.evaluate(() => readAll())).toBe(6);
  expect(await traffic.take()).toEqual(["call mwt_obtain", ...[...READS, ...READS].sort()]);
});

test("without a session there is no token, and reads say why", async ({
  page,
  context,
  shop,
  complaints,
}) => {
  complaints.announce(/status of 401/);
  await visit(page, "/app/", "ada");
  await openBare(page);
  await begin(page, await shop.run(OLD));
  await context.clearCookies({ name: "sessionid" });
  const failed = page.evaluate(() =>
    readAll().then(
      () => "",
      (error: unknown) => (error as { code: string }).code,
    ),
  );
  expect(await failed).toBe("unauthenticated");
});

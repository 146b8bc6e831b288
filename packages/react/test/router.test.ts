/** React Router's framework mode: an app is built, served by its server build, and taken over. */

import { chromium, type Browser } from "@playwright/test";
import { createRequestListener } from "@react-router/node";
import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import type { Server } from "node:http";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import type { ServerBuild } from "react-router";
import { afterAll, beforeAll, expect, it } from "vitest";
import { browserOnPath } from "../../../tests/browser/browser.js";
import { api, serve, visit } from "./site.js";

const root = fileURLToPath(new URL("../../../", import.meta.url));
const app = fileURLToPath(new URL("./router/", import.meta.url));
const data = api();
let site: { server: Server; address: string };

beforeAll(async () => {
  const env = { ...process.env, NODE_ENV: "production" };
  await promisify(execFile)(`${root}node_modules/.bin/react-router`, ["build"], { cwd: app, env });
  const path = `${app}dist/server/index.js`;
  const build = (await import(/* @vite-ignore */ path)) as ServerBuild;
  const draw = createRequestListener({ build, mode: "production" });
  site = await serve((request, response) => {
    const { url = "" } = request;
    if (url.startsWith("/api/")) void data.handle(request, response);
    else if (url.startsWith("/assets/")) {
      response.setHeader("Content-Type", "text/javascript");
      response.end(readFileSync(`${app}dist/client${url}`));
    } else draw(request, response);
  });
}, 120_000);

afterAll(() => {
  site.server.closeAllConnections();
  site.server.close();
});

/** Opens the API for a user, all at once. */
function open(who: string): void {
  for (const name of ["user", "cart"]) data.open(`${who}:/api/ctx/${name}/`);
}

it("streams to two users at once, and mixes nothing", async () => {
  for (const who of ["ada", "bob"]) data.open(`${who}:/api/ctx/cart/`);
  const [ada, bob] = await Promise.all([visit(site.address, "ada"), visit(site.address, "bob")]);
  expect(await ada.until("user...")).toContain("ada&#x27;s cart");
  open("bob");
  const his = await bob.until();
  open("ada");
  const hers = await ada.until();
  expect(his).toContain("bob&#x27;s user");
  expect(his).toContain('"text":"bob\'s user \\u003c/p>"');
  expect(his).not.toMatch(/ada('|&#x27;)s/);
  expect(hers).toContain('"text":"ada\'s user \\u003c/p>"');
  expect(hers).not.toMatch(/bob('|&#x27;)s/);
});

it("is taken over by a browser without a request", async () => {
  const browser: Browser = await chromium.launch({ executablePath: browserOnPath() });
  try {
    open("eve");
    const context = await browser.newContext();
    await context.addCookies([{ name: "user", value: "eve", url: site.address }]);
    const page = await context.newPage();
    const troubles: string[] = [];
    const requests: string[] = [];
    page.on("console", (message) => troubles.push(message.text()));
    page.on("pageerror", (error) => troubles.push(error.message));
    page.on("request", (request) => requests.push(new URL(request.url()).pathname));
    await page.goto(site.address);
    // React has taken an element over when it has its own members.
    await page.waitForFunction(() =>
      [...document.querySelectorAll("p")].every((element) =>
        Object.keys(element).some((name) => name.startsWith("__react")),
      ),
    );
    expect(await page.locator("p").allTextContents()).toEqual([
      "eve's cart </p>",
      "eve's user </p>",
    ]);
    expect(await page.locator('script[type="application/mizan+json"]').count()).toBe(0);
    expect(requests.filter((path) => path.startsWith("/api/"))).toEqual([]);
    expect(troubles).toEqual([]);
  } finally {
    await browser.close();
  }
});

// What a visitor of docs/guides/htmx.md does, in Chromium; it prints what the page asked for.
// usage: node page.mjs URL CHROMIUM

/* global console, CustomEvent, document, process, URL */
import { chromium } from "playwright-core";

const [url, executablePath] = process.argv.slice(2);
const browser = await chromium.launch({ executablePath });
const page = await browser.newPage();
const requests = [];
page.on("request", (request) => {
  const { pathname } = new URL(request.url());
  if (pathname.startsWith("/boards/")) requests.push(`${request.method()} ${pathname}`);
});
await page.goto(`${url}/boards/1/page/`, { waitUntil: "networkidle" });

const part = (path) => page.waitForResponse((response) => response.url().endsWith(path));
const tell = (name, detail) =>
  page.evaluate(
    ([type, params]) => document.body.dispatchEvent(new CustomEvent(type, { detail: params })),
    [name, detail],
  );

await page.getByLabel("Text").fill("Milk");
await Promise.all([part("/boards/1/notes/"), page.getByRole("button", { name: "Add" }).click()]);
await page.getByText("Milk").waitFor();
requests.push("another board");
await tell("mizan:board", { board_id: "2" });
requests.push("the whole context");
await Promise.all([part("/boards/1/notes/"), tell("mizan:board", {})]);
requests.push("everything");
await Promise.all([part("/boards/1/notes/"), tell("mizan:all", {})]);
console.log(JSON.stringify(requests));
await browser.close();

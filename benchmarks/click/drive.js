// Clicks in a real browser, taking turns between the contenders, and prints what came of each click.
//
// usage: node drive.js CHROMIUM URL CLICKS

/* global fetch, window */

import process from "node:process";
import { chromium } from "@playwright/test";

const [, , executablePath, url, clicks] = process.argv;
/** Each has a customer of its own, with 20 orders. */
const CONTENDERS = [
  { name: "mizan", customer: 1, order: 1 },
  { name: "tanstack", customer: 2, order: 21 },
];
/** For how long no request is in flight, in ms, before the screen is taken to be final. */
const QUIET = 150;
/** In ms: how much later than others a reply to a read of the orders comes, while a page loads. */
const LATE = 300;

async function read(context, customer) {
  const response = await fetch(`${url}/api/mizan/ctx/${context}/?customer_id=${customer}`);
  return response.json();
}

/** What a screen should show. */
async function truth({ customer, order }) {
  const [{ orders }, { unread }] = await Promise.all([
    read("orders", customer),
    read("notifications", customer),
  ]);
  return { quantity: orders.find(({ id }) => id === order).quantity, unread };
}

async function open(context, { name, customer, order }) {
  const page = await context.newPage();
  page.on("pageerror", (error) => {
    throw error;
  });
  await page.goto(`${url}/${name}.html?customer=${customer}&order=${order}`);
  await page.waitForSelector("button");
  return page;
}

/** Clicks on the page that `ready` gives, and tells what came of it. */
async function measure(contender, ready, click, times) {
  const { quantity, unread } = await truth(contender);
  const wanted = { quantity: quantity + times, unread: unread + times };
  const page = await ready();
  await page.evaluate((screen) => window.probe.arm(screen), wanted);
  await click(page.locator("button"));
  const outcome = await page.evaluate((quiet) => window.probe.outcome(quiet), QUIET);
  const now = await truth(contender);
  if (now.quantity !== wanted.quantity) throw new Error("The server did not do what was clicked");
  const { screen } = outcome;
  return { ...outcome, stale: screen.quantity !== now.quantity || screen.unread !== now.unread };
}

/** On a page that has been loaded. */
function onScreen(click, times) {
  return async (context, contender) => {
    const page = context.pages()[0] ?? (await open(context, contender));
    await page.evaluate((quiet) => window.probe.settle(quiet), QUIET);
    return measure(contender, () => page, click, times);
  };
}

async function whileLoading(context, contender) {
  await Promise.all(context.pages().map((page) => page.close()));
  await context.setExtraHTTPHeaders({ "X-Late": String(LATE) });
  return measure(
    contender,
    () => open(context, contender),
    (button) => button.click(),
    1,
  );
}

const SCENARIOS = {
  one: onScreen((button) => button.click(), 1),
  two: onScreen((button) => button.dblclick(), 2),
  loading: whileLoading,
};

const browser = await chromium.launch({ executablePath });
try {
  const outcomes = [];
  const contexts = await Promise.all(CONTENDERS.map(() => browser.newContext()));
  for (const [scenario, run] of Object.entries(SCENARIOS)) {
    // The first of each is for warming up.
    for (let turn = 0; turn <= Number(clicks); turn += 1) {
      for (const [index, contender] of CONTENDERS.entries()) {
        const outcome = await run(contexts[index], contender);
        if (turn > 0) outcomes.push({ scenario, contender: contender.name, ...outcome });
      }
    }
  }
  process.stdout.write(JSON.stringify({ browser: browser.version(), outcomes }));
} finally {
  await browser.close();
}

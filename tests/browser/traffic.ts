/**
 * The requests that a page sends to Mizan's endpoints, counted and named; streams left out.
 * Invariant: each is named once, when it is sent; what was taken is not given again.
 */

import type { Page, Request } from "@playwright/test";

/** Where the server hangs them. */
export const ENDPOINTS = "/api/mizan/";
/** Their stream of what becomes stale. */
const EVENTS = "events/";
/** How long nothing may be under way for a page to be quiet, in ms. */
const QUIET = 250;

/** What a request is called: `call add_to_cart`, `read orders?page=1`. */
export function nameOf(request: Request): string {
  const { pathname, search } = new URL(request.url());
  const path = pathname.slice(ENDPOINTS.length);
  if (path === EVENTS) return "events";
  if (path !== "call/") return `read ${path.slice("ctx/".length, -1)}${decodeURIComponent(search)}`;
  return `call ${(request.postDataJSON() as { function: string }).function}`;
}

/** Listens to one page, from now on. */
export class Traffic {
  private sent: string[] = [];
  private readonly open = new Set<Request>();
  private changedAt = Date.now();

  constructor(private readonly page: Page) {
    page.on("request", (request) => {
      if (!new URL(request.url()).pathname.startsWith(ENDPOINTS)) return;
      const name = nameOf(request);
      // A stream does not end, and says nothing of what is read.
      if (name === "events") return;
      this.sent.push(name);
      this.open.add(request);
      this.changedAt = Date.now();
    });
    const end = (request: Request): void => {
      if (this.open.delete(request)) this.changedAt = Date.now();
    };
    page.on("requestfinished", end);
    page.on("requestfailed", end);
  }

  /** Waits until nothing is under way any more, and nothing follows. */
  async quiet(): Promise<void> {
    while (this.open.size > 0 || Date.now() - this.changedAt < QUIET) {
      await this.page.waitForTimeout(QUIET / 5);
    }
  }

  /** What was sent since the last time: calls first, then reads by name. */
  async take(): Promise<string[]> {
    // What the last click does may only begin in the page's next task.
    await this.page.evaluate(() => new Promise((resolve) => setTimeout(resolve)));
    this.changedAt = Math.max(this.changedAt, Date.now() - QUIET / 2);
    await this.quiet();
    return this.sent.splice(0).sort();
  }
}

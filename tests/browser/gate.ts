/**
 * A network that delivers replies when the test says so.
 * Invariant: the server answers at once; only the page gets the answer late.
 */

import type { Page, Route } from "@playwright/test";
import { ENDPOINTS, nameOf } from "./traffic.js";

/** Replies that wait. */
export class Gate {
  private readonly waiting: (() => void)[] = [];
  private isOpen = false;
  private arrived = 0;
  private tell: () => void = () => undefined;

  private constructor(private readonly isMeant: (name: string) => boolean) {}

  /** Closes the gate for the replies of requests with such names (`read orders?page=1`). */
  static async close(page: Page, name: RegExp): Promise<Gate> {
    const gate = new Gate((text) => name.test(text));
    await page.route(`**${ENDPOINTS}**`, (route) => gate.pass(route));
    return gate;
  }

  /** Waits until the server has answered so many requests since the gate was closed. */
  async holds(count = 1): Promise<void> {
    while (this.arrived < count) {
      await new Promise<void>((resolve) => {
        this.tell = resolve;
      });
    }
  }

  /** Delivers what waits, the oldest first; later replies pass. */
  open(): void {
    this.isOpen = true;
    this.deliver();
  }

  /** Delivers what waits now; later replies wait. */
  deliver(): void {
    for (const go of this.waiting.splice(0)) go();
  }

  private async pass(route: Route): Promise<void> {
    if (this.isOpen || !this.isMeant(nameOf(route.request()))) return route.fallback();
    const response = await route.fetch();
    this.arrived += 1;
    this.tell();
    await new Promise<void>((resolve) => {
      this.waiting.push(resolve);
    });
    // The page may have given up by now.
    await route.fulfill({ response }).catch(() => undefined);
  }
}

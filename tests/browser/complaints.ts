/**
 * What browsers complain of in their consoles.
 * Invariant: a complaint that no test announced fails it, and so does one that never came.
 */

import { expect, type BrowserContext } from "@playwright/test";

/** The consoles of all pages of a test. */
export class Complaints {
  private readonly found: string[] = [];
  private readonly announced: RegExp[] = [];

  /** Listens to every page of a context. */
  watch(context: BrowserContext): void {
    context.on("console", (message) => {
      if (message.type() !== "error" && message.type() !== "warning") return;
      const { pathname } = new URL(message.location().url || "about:blank");
      // A stream that is cut is nothing to complain of: the page opens another one.
      if (pathname.endsWith("/events/") && message.text().includes("net::ERR_")) return;
      this.found.push(`${message.type()}: ${message.text()} (${pathname})`);
    });
    context.on("weberror", (event) => {
      this.found.push(`uncaught: ${String(event.error())}`);
    });
  }

  /** Announces complaints, as of the status of a reply that the test provokes. */
  announce(...patterns: RegExp[]): void {
    this.announced.push(...patterns);
  }

  /** Holds what came against what was announced. */
  check(): void {
    const isFitting = (pattern: RegExp): boolean => this.found.some((text) => pattern.test(text));
    const strange = this.found.filter((text) => !this.announced.some((each) => each.test(text)));
    expect(strange, "complaints in the console").toEqual([]);
    const missing = this.announced.filter((pattern) => !isFitting(pattern)).map(String);
    expect(missing, "announced complaints that never came").toEqual([]);
  }
}

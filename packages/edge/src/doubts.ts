/**
 * Mutations of which nobody knows what they made stale (SPEC.md, sections 7 and 12.2).
 * Invariant: everything is purged once more when none of them can commit any more.
 */

import type { Keeper } from "./keeper.js";
import type { Setup } from "./options.js";
import { OriginError } from "./origin.js";

/** Purges after requests that were sent and got no reply. */
export class Doubts {
  #isWaiting = false;
  #isAgain = false;

  constructor(
    private readonly setup: Setup,
    private readonly keeper: Keeper,
  ) {}

  /** Purges what may be stale as a request got no reply, now and later. */
  async raise(error: unknown): Promise<void> {
    if (error instanceof OriginError && !error.isSent) return;
    this.#later();
    // Who sent half a request is told nothing, and anybody can: it does not empty the cache each time.
    if (!(error instanceof OriginError && error.isBroken)) await this.keeper.purge(null);
  }

  #later(): void {
    this.#isAgain = true;
    if (!this.#isWaiting) this.setup.waitUntil(this.#wait().catch(this.setup.report));
  }

  /** One purge for all that came while the one before was waited for. */
  async #wait(): Promise<void> {
    this.#isWaiting = true;
    try {
      while (this.#isAgain) {
        this.#isAgain = false;
        await new Promise((resolve) => setTimeout(resolve, this.setup.inFlight));
        await this.keeper.purge(null);
      }
    } finally {
      this.#isWaiting = false;
    }
  }
}

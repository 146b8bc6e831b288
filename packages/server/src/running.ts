/**
 * What runs, and what it makes stale meanwhile (SPEC.md, MZ-SCO-006 and section 15.2).
 * Invariant: a target belongs to the outermost running call, and goes away with the transaction in
 * which it was added.
 */

import { AsyncLocalStorage } from "node:async_hooks";
import { canonicalSet, type Target } from "@mizan/protocol";
import type { Call } from "./call.js";
import type { Catalog } from "./catalog.js";

/** A transaction of a call, by identity. */
export type Transaction = symbol;

/** A call failed with `error`, and may have changed what `targets` name. */
export class FailedAfterEffects extends Error {
  override name = "FailedAfterEffects";

  constructor(
    readonly error: unknown,
    readonly targets: readonly Target[],
  ) {
    super("A call failed after it had effects.");
  }
}

interface Entry {
  readonly targets: readonly Target[];
  readonly transaction: Transaction | null;
}

/** The targets of one outermost call. */
export class Collector {
  #entries: Entry[] = [];
  #isOver = false;

  /** @param late told of what is added once the call is over, by what it left running */
  constructor(private readonly late: (targets: readonly Target[]) => void) {}

  add(targets: readonly Target[], transaction: Transaction | null): void {
    if (targets.length === 0) return;
    if (this.#isOver) this.late(targets);
    else this.#entries.push({ targets, transaction });
  }

  /** Forgets what was added in a transaction that was rolled back. */
  rollBack(transaction: Transaction): void {
    this.#entries = this.#entries.filter((each) => each.transaction !== transaction);
  }

  /** What is stale by now: a canonical set. */
  get stale(): Target[] {
    return canonicalSet(this.#entries.flatMap(({ targets }) => targets));
  }

  /** What became stale, for good: the call is over. */
  finish(): Target[] {
    this.#isOver = true;
    return this.stale;
  }

  get isOver(): boolean {
    return this.#isOver;
  }
}

/** A running function. `collector`: null in a read. */
export interface Running {
  readonly catalog: Catalog;
  readonly call: Call;
  readonly collector: Collector | null;
  readonly transaction: Transaction | null;
}

const storage = new AsyncLocalStorage<Running>();

/** What runs here, undefined outside of any function. */
export function running(): Running | undefined {
  return storage.getStore();
}

/** Does something as a part of a running function. */
export function within<T>(run: Running, work: () => T): T {
  return storage.run(run, work);
}

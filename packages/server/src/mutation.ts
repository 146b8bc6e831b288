/**
 * Running a function that may change something: its transaction, its targets and its hold (SPEC.md,
 * sections 7 and 15.2).
 * Invariant: what a function is declared to make stale is held before its first effect, or before
 * its transaction commits, and renewed before its reply begins; the outermost call reports it.
 */

import type { JsonMembers, Target } from "@mizan/protocol";
import { randomId, type Hold } from "./cache.js";
import type { Call } from "./call.js";
import type { Catalog, ReadContext, ServerFunction } from "./catalog.js";
import { Collector, FailedAfterEffects, running, within, type Transaction } from "./running.js";
import { guardsOf } from "./slots.js";
import type { BoundValues } from "./targets.js";

/** What came of a run: its result, and what it made stale; within another run nothing. */
export interface Outcome<T> {
  readonly result: T;
  readonly targets: readonly Target[];
}

/**
 * Runs a function with its transaction.
 *
 * @param finish shapes the result, within the transaction, so that nothing fails after the commit
 * @throws what the function throws; FailedAfterEffects with that where something may be stale
 */
export async function mutate<T>(
  catalog: Catalog,
  each: ServerFunction,
  call: Call,
  args: JsonMembers,
  finish: (result: unknown) => T,
): Promise<Outcome<T>> {
  const outer = running()?.collector?.isOver === false ? running() : undefined;
  const collector = outer?.collector ?? new Collector((late) => void purge(catalog, late));
  const bound = await boundValues(catalog, each.declared.bound, call);
  const declared = each.declared.of(args, bound);
  const run = (transaction: Transaction | null): Promise<T> =>
    within({ catalog, call, collector, transaction }, async () =>
      finish(await each.handler(args, call)),
    );
  const mutation = new Mutation(catalog, collector, declared, outer === undefined, run);
  try {
    const open = outer?.transaction ?? null;
    return await mutation.do(open, each.isAtomic);
  } catch (error) {
    // What failed in its commit may have taken effect all the same.
    const stale = outer === undefined ? collector.finish() : [];
    throw stale.length > 0 ? new FailedAfterEffects(error, stale) : error;
  } finally {
    if (outer === undefined) collector.finish();
  }
}

/** One run of a function, by itself (`isOutermost`) or within another's. */
class Mutation<T> {
  constructor(
    private readonly catalog: Catalog,
    private readonly collector: Collector,
    private readonly declared: readonly Target[],
    private readonly isOutermost: boolean,
    private readonly run: (transaction: Transaction | null) => Promise<T>,
  ) {}

  async do(open: Transaction | null, isAtomic: boolean): Promise<Outcome<T>> {
    if (open !== null) return this.joined(open);
    return isAtomic && this.catalog.options.transaction !== undefined
      ? this.inTransaction(this.catalog.options.transaction)
      : this.alone();
  }

  /** Runs it in the transaction of an outer call, which sees to the hold. */
  private async joined(transaction: Transaction): Promise<Outcome<T>> {
    try {
      return { result: await this.run(transaction), targets: [] };
    } finally {
      // The outer call may go on after it failed, and commit what it did before.
      this.collector.add(this.declared, transaction);
    }
  }

  /** Runs it in a transaction; holds what became stale as the last step before the commit. */
  private async inTransaction(
    begin: <R>(work: () => Promise<R>) => Promise<R>,
  ): Promise<Outcome<T>> {
    const transaction = Symbol("transaction");
    const holds: Hold[] = [];
    let result: T;
    try {
      result = await begin(async () => {
        this.collector.rollBack(transaction); // it may be tried again
        const ended = await this.run(transaction);
        this.collector.add(this.declared, transaction);
        holds.push(await this.hold(this.collector.stale));
        return ended;
      });
    } catch (error) {
      // Without a hold it was rolled back before the commit; else nobody knows.
      if (holds.length === 0) this.collector.rollBack(transaction);
      throw error;
    }
    for (const hold of holds) await this.renew(hold);
    return { result, targets: this.reported() };
  }

  /** Runs it without a transaction: nothing takes back what it did before it failed. */
  private async alone(): Promise<Outcome<T>> {
    const hold = await this.hold(this.declared);
    let result: T;
    try {
      result = await this.run(null);
    } finally {
      this.collector.add(this.declared, null);
      await this.renew(hold);
    }
    return { result, targets: this.reported() };
  }

  private reported(): Target[] {
    return this.isOutermost ? this.collector.finish() : [];
  }

  private async hold(targets: readonly Target[]): Promise<Hold> {
    const hold = { id: randomId(), guards: await guardsOf(this.catalog, targets) };
    this.catalog.cache?.hold(hold);
    return hold;
  }

  /** Renews what was held, and whatever else became stale, and then releases. */
  private async renew({ id, guards }: Hold): Promise<void> {
    const all = this.isOutermost ? this.collector.finish() : [];
    const more = await guardsOf(this.catalog, all);
    this.catalog.cache?.renew({ id, guards: [...new Set([...guards, ...more])] });
  }
}

/** Renews the stamps of the guards of targets that no call sees to. */
export async function purge(catalog: Catalog, targets: readonly Target[]): Promise<void> {
  catalog.cache?.renew({ id: "", guards: await guardsOf(catalog, targets) });
}

/** What a call gives for bound parameters, by context; those that it lacks are left out. */
export async function boundValues(
  catalog: Catalog,
  names: ReadonlyMap<string, readonly string[]>,
  call: Call,
): Promise<BoundValues> {
  const found = new Map<string, Record<string, unknown>>();
  for (const [context, some] of names) {
    found.set(context, await boundOf(catalog.contexts.get(context), some, call));
  }
  return found;
}

async function boundOf(
  context: ReadContext | undefined,
  names: readonly string[],
  call: Call,
): Promise<Record<string, unknown>> {
  const values: Record<string, unknown> = {};
  for (const name of names) {
    const value = await context?.declared?.options.bind?.[name]?.get(call);
    if (value != null) values[name] = value;
  }
  return values;
}

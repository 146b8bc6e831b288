/**
 * What a page subscribes to (SPEC.md, sections 8.3 and 17).
 * Invariant: every instance is named, by itself or by its context alone.
 */

import { identify, type Identity } from "./canonical.js";
import { writeHeld } from "./held.js";

const MOST = 100;
const LONGEST_URL = 4096;
const LONGEST_FIELD = 1024;
const MOST_OF_FIELD = 8;

/** An instance as a member of X-Mizan-Held; its context alone where that has no room for it. */
export function itemOf(instance: Pick<Identity, "context" | "texts">): string {
  return writeHeld([instance])[0] || instance.context;
}

/** The item of an instance that the server names. */
export function itemOfServer({ context, params }: { context: string; params?: object }): string {
  return itemOf(identify({ name: context }, params ?? {}));
}

function contextOf(item: string): string {
  return item.replace(/;.*/s, "");
}

/** Whether an item is among others, by itself or by its context. */
export function isAmong(item: string, items: ReadonlySet<string>): boolean {
  return items.has(item) || items.has(contextOf(item));
}

/** The path of a subscription, and the items that it names: of too many, their context. */
export function subscription(
  wanted: Iterable<string>,
): readonly [path: string, items: Set<string>] {
  let items = new Set(wanted);
  for (;;) {
    const path = pathOf(items);
    if (items.size <= MOST && path.length <= LONGEST_URL) return [path, items];
    const counts = new Map<string, number>();
    for (const each of items) {
      const context = contextOf(each);
      if (each !== context) counts.set(context, (counts.get(context) ?? 0) + each.length);
    }
    const [most] = [...counts].sort(([, a], [, b]) => b - a)[0] ?? [];
    if (most === undefined) return [path, items];
    items = new Set([...items].map((each) => (contextOf(each) === most ? most : each)));
  }
}

function pathOf(items: Iterable<string>): string {
  const fields: string[] = [];
  let field: string[] = [];
  for (const each of items) {
    const longer = [...field, each];
    if (longer.length > MOST_OF_FIELD || longer.join(", ").length > LONGEST_FIELD) {
      fields.push(field.join(", "));
      field = [each];
    } else field = longer;
  }
  return `events/?${[...fields, field.join(", ")].map((each) => `held=${encodeURIComponent(each)}`).join("&")}`;
}

/**
 * The keys of queries.
 * Invariant: equal instances have equal keys, and a key tells its instance.
 */

import type { MizanContext } from "@mizan/runtime";
import { identify, type Identity } from "@mizan/runtime/adapter";

/** `"mizan"`, the context, and the canonical strings of the effective parameters. */
export type ContextKey = readonly [
  scope: "mizan",
  context: string,
  params: Readonly<Record<string, string>>,
];

/** The key of the query that shows an instance: for `getQueryData`, `cancelQueries` and so on. */
export function contextKey<P extends object>(
  context: MizanContext<P>,
  params: NoInfer<P>,
): ContextKey {
  return ["mizan", context.name, Object.fromEntries(identify(context, params).texts)];
}

/** The instance that a query shows; undefined where the key is not one of Mizan's. */
export function identityOf(key: readonly unknown[]): Identity | undefined {
  const [scope, name, params] = key;
  if (scope !== "mizan" || typeof name !== "string" || key.length !== 3) return undefined;
  return identify({ name }, params as object);
}

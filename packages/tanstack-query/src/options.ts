/**
 * Options of queries and mutations, typed by descriptors.
 * Invariant: whatever data a query has came through the client, which loses no invalidation.
 */

import { mizanCall, type CallOptions, type Client, type MizanError } from "@mizan/runtime";
import type { MizanContext, MizanFunction } from "@mizan/runtime";
import type {
  DataTag,
  MutationObserverOptions,
  QueryFunction,
  QueryObserverOptions,
} from "@tanstack/query-core";
import { linkOf } from "./connect.js";
import { contextKey, type ContextKey } from "./key.js";

type Query<D, T> = QueryObserverOptions<D, MizanError, T, D, ContextKey>;
type Mutation<A, R, E extends string, C> = MutationObserverOptions<R, MizanError<E>, A, C>;

/** The options of TanStack Query that an instance leaves open. */
export type ContextQueryOptions<D, T = D> = Omit<
  Query<D, T>,
  "queryKey" | "queryFn" | "queryHash" | "queryKeyHashFn"
>;

/** The options of TanStack Query that a function leaves open: calls are never sent twice. */
export type CallQueryOptions<A, R, E extends string = never, C = unknown> = Omit<
  Mutation<A, R, E, C>,
  "mutationKey" | "mutationFn" | "retry" | "retryDelay"
> &
  Pick<CallOptions, "timeout" | "held">;

/** Options for `useQuery`, `useSuspenseQuery`, `useQueries`, `fetchQuery`, `prefetchQuery`. */
export function contextOptions<P extends object, D, T = D>(
  client: Client,
  context: MizanContext<P, D>,
  params: NoInfer<P>,
  options: ContextQueryOptions<D, T> = {},
): ContextQueryOptions<D, T> & {
  queryKey: DataTag<ContextKey, D, MizanError>;
  queryFn: QueryFunction<D, ContextKey>;
} {
  return {
    ...options,
    queryKey: contextKey(context as MizanContext<P>, params) as DataTag<ContextKey, D, MizanError>,
    queryFn: ({ client: queryClient, queryKey }) =>
      linkOf(client, queryClient, queryKey).read(context, params),
  };
}

/** Options for `useMutation`; its variables are the arguments of the function. */
export function callOptions<A extends object, R, E extends string, C = unknown>(
  client: Client,
  fn: MizanFunction<A, R, E>,
  { timeout, held, ...options }: CallQueryOptions<A, R, E, C> = {},
): Mutation<A, R, E, C> {
  const callOptions = { timeout, ...(held !== undefined && { held }) };
  return {
    ...options,
    mutationKey: ["mizan", fn.name],
    mutationFn: (args) => mizanCall<A, R, E>(client, fn, args, callOptions),
    retry: false,
  };
}

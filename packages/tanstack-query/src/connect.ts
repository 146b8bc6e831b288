/**
 * What connects a QueryClient with a client of the runtime.
 * Invariant: each query with a key of Mizan's is linked to its instance for as long as it is cached.
 */

import { on, type Client } from "@mizan/runtime";
import type { Mutation, Query, QueryCacheNotifyEvent, QueryClient } from "@tanstack/query-core";
import { identityOf } from "./key.js";
import { Link } from "./link.js";

interface Connection {
  readonly client: Client;
  readonly links: ReadonlyMap<Query, Link>;
}

const connections = new WeakMap<QueryClient, Connection>();

/**
 * Has the queries of a QueryClient follow a client: whatever makes an instance stale (a reply to a
 * call, `observe`, `tabs`, `invalidate`) invalidates and refetches its query, and fresh data goes
 * into it. Call it where the QueryClient is made.
 *
 * @returns what ends it
 * @throws Error if the QueryClient is connected
 */
export function connect(client: Client, queryClient: QueryClient): () => void {
  if (connections.has(queryClient)) {
    throw new Error("The QueryClient is connected to a client: end that connection before.");
  }
  const queries = queryClient.getQueryCache();
  const mutations = queryClient.getMutationCache();
  const links = new Map<Query, Link>();
  const add = (query: Query): void => {
    const identity = identityOf(query.queryKey);
    if (identity) links.set(query, new Link(client, query, identity, mutations));
  };
  const remove = (query: Query): void => {
    links.get(query)?.end();
    links.delete(query);
  };
  const onQuery = (event: QueryCacheNotifyEvent): void => {
    const query = event.query as Query;
    if (event.type === "added") add(query);
    else if (event.type === "removed") remove(query);
    else if (event.type === "updated") links.get(query)?.see(event.action);
    else links.get(query)?.mount();
  };
  const ends = [
    queries.subscribe(onQuery),
    mutations.subscribe(({ type, mutation }) => {
      if (!mutation || (type !== "removed" && mutation.state.status === "pending")) return;
      for (const link of links.values()) link.release(mutation as Mutation);
    }),
    on(client, ({ type }) => {
      if (type === "reset") for (const link of links.values()) link.reset();
    }),
  ];
  for (const query of queries.getAll()) add(query);
  connections.set(queryClient, { client, links });
  return () => {
    connections.delete(queryClient);
    for (const end of ends) end();
    for (const query of [...links.keys()]) remove(query);
  };
}

/**
 * The link of a query.
 *
 * @throws Error if the QueryClient is not connected to the client
 */
export function linkOf(client: Client, queryClient: QueryClient, key: readonly unknown[]): Link {
  const connection = connections.get(queryClient);
  const query = queryClient.getQueryCache().find({ queryKey: key, exact: true });
  const link = connection?.client === client && query && connection.links.get(query);
  if (!link) {
    throw new Error(
      "The QueryClient does not follow this client: call connect(client, queryClient) before the first query.",
    );
  }
  return link;
}

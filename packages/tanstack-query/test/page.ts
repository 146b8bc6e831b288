/** A page with TanStack Query, on a network under manual control. */

import { createClient, type Client, type MizanContext, type MizanFunction } from "@mizan/runtime";
import { QueryClient, QueryObserver, type QueryObserverOptions } from "@tanstack/react-query";
import { connect } from "../src/index.js";
import { network, settled, type Network } from "../../runtime/test/fake.js";

export { network, problem, settled } from "../../runtime/test/fake.js";

export interface User {
  readonly v: number;
}

export const user: MizanContext<{ user_id: number; page?: number }, User> = {
  name: "user",
  defaults: { page: 1 },
};

export const updateUser: MizanFunction<{ user_id: number; v: number }, User, "app.taken"> = {
  name: "update_user",
  affects: ({ user_id }) => [{ context: "user", params: { user_id } }],
};

/** The reply to a call that made the user stale. */
export const STALE = [{ context: "user", params: { user_id: 5 } }];

export interface Page {
  readonly net: Network;
  readonly client: Client;
  readonly queryClient: QueryClient;
  readonly end: () => void;
}

export function page(options: object = {}): Page {
  const net = network();
  const client = createClient({ baseUrl: "/api/", fetch: net.fetch, held: true, ...options });
  const queryClient = new QueryClient({ defaultOptions: { queries: { retry: false } } });
  return { net, client, queryClient, end: connect(client, queryClient) };
}

/** Shows a query, as a mounted component does; returns what hides it. */
export function show(queryClient: QueryClient, options: object): () => void {
  const observer = new QueryObserver(queryClient, options as QueryObserverOptions);
  return observer.subscribe(() => undefined);
}

/** Answers the request that is open, and waits for what follows from it. */
export async function answer({ net }: Page, body: unknown): Promise<void> {
  await net.last().reply(body);
  await settled();
}

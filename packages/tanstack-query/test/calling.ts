/** A page that shows a user, and calls that change him. */

import { MutationObserver, type QueryClient } from "@tanstack/react-query";
import { callOptions, contextKey, contextOptions } from "../src/index.js";
import { answer, page, settled, show, STALE, updateUser, user, type User } from "./page.js";

export const key = contextKey(user, { user_id: 5 });
/** A reply with the fresh data of user 5. */
export const FRESH = (v: number) => ({
  result: { v },
  invalidate: STALE,
  fresh: [{ context: "user", params: { page: 1, user_id: 5 }, data: { v } }],
});

/** A page that shows a user at version 0. */
export async function shown() {
  const at = page();
  const options = contextOptions(at.client, user, { user_id: 5 }, { staleTime: Infinity });
  const hide = show(at.queryClient, options);
  await settled();
  await answer(at, { v: 0 });
  const state = () => at.queryClient.getQueryState<User>(key);
  return { ...at, options, hide, state };
}

type Shown = Awaited<ReturnType<typeof shown>>;

/** The pattern of TanStack Query's guide: written at once, rolled back when the call fails. */
export function optimistic({ client, queryClient }: Pick<Shown, "client" | "queryClient">) {
  return callOptions(client, updateUser, {
    onMutate: async ({ v }) => {
      await queryClient.cancelQueries({ queryKey: key });
      const previous = queryClient.getQueryData<User>(key);
      queryClient.setQueryData<User>(key, { v });
      return { previous };
    },
    onError: (_error, _args, context) => {
      queryClient.setQueryData(key, context?.previous);
    },
  });
}

/** Makes a call of user 5 by a mutation. */
export function mutate(queryClient: QueryClient, options: object, v: number): Promise<unknown> {
  const observer = new MutationObserver(queryClient, options);
  const done = observer.mutate({ user_id: 5, v } as never);
  done.catch(() => undefined);
  return done;
}

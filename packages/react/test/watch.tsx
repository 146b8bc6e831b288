/** A component that keeps what a hook gave it. */

import { contextHook } from "@mizan/react";
import type { ContextOptions, ContextResult } from "@mizan/react";
import { USER, type User } from "./support.js";

export const useUser = contextHook<{ user_id: number }, User>(USER);

export const ADA: User = { user_id: 5, name: "Ada", orders: [1, 2] };

/** What was drawn, and the last of it. */
export function Watch<S = User>({
  id = 5,
  seen,
  show = ({ data }) => data,
  ...options
}: ContextOptions<User, S> & {
  id?: number;
  seen: unknown[];
  show?: (result: ContextResult<S>) => unknown;
}) {
  seen.push(show(useUser({ user_id: id }, options)));
  return null;
}

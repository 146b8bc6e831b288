// A page with a client, a hook of a context and a hook of a function; React is not in it.
import { createClient } from "@mizan/runtime";
import { callHook, contextHook, MizanProvider } from "@mizan/react";

export const client = createClient({ baseUrl: "/api/" });
export const useUser = contextHook({ name: "user" });
export const useUpdateName = callHook({ name: "update_name" });
export { MizanProvider };

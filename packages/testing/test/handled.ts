/** The shop's server by the handlers, for the tests that ask it. */

import { createClient, type Instance } from "@mizan/runtime";
import { setupServer } from "msw/node";
import { afterAll, afterEach, beforeAll } from "vitest";
import { mizanHandlers, onCall, onContext, problem } from "../src/index.js";
import { BASE, note, orders, ping, schema, updateName, user } from "./shop.js";

/** The names that the server knows, by user. */
export const names = new Map<number, string>();

export const mizan = mizanHandlers(schema, [
  onContext(user, ({ user_id }) => ({ user_profile: { name: names.get(user_id) ?? "nobody" } })),
  onContext(orders, ({ user_id, page = 0 }) => ({ order_rows: [{ id: user_id * 10 + page }] })),
  onContext(note, { note_text: "fixed" }),
  onCall(updateName, ({ user_id, name }) => {
    if (name === "Eve") return problem("app.taken", { data: { by: 6 } });
    names.set(user_id, name ?? "");
    return { saved: name ?? "" };
  }),
  onCall(ping, null),
]);
export const server = setupServer(...mizan);

beforeAll(() => {
  server.listen({ onUnhandledRequest: "error" });
});
afterEach(() => {
  names.clear();
  mizan.reset();
  server.resetHandlers();
});
afterAll(() => {
  server.close();
});

export const connected = (options = {}) => createClient({ baseUrl: BASE, held: true, ...options });

/** Sends a request as it is, and reads the reply. */
export async function send(path: string, init?: RequestInit) {
  const response = await fetch(BASE + path, init);
  const text = await response.text();
  const body = text === "" ? undefined : (JSON.parse(text) as Record<string, unknown>);
  return { status: response.status, headers: response.headers, body };
}

export function call(name: string, args: object, headers = {}) {
  const body = JSON.stringify({ function: name, args });
  return send("call/", { method: "POST", body, headers });
}

/** When an instance is fresh. */
export function fresh(instance: Instance): Promise<void> {
  return new Promise((resolve) => {
    const look = (): void => {
      const { status, stale } = instance.getSnapshot();
      if (status !== "success" || stale) return;
      stop();
      resolve();
    };
    const stop = instance.subscribe(look, { enabled: false });
    queueMicrotask(look);
  });
}

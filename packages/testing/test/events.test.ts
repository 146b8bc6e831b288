import { createClient, mizanCall, registerContext } from "@mizan/runtime";
import { record } from "@mizan/runtime/devtools";
import { live } from "@mizan/runtime/live";
import { setupServer } from "msw/node";
import { afterAll, afterEach, beforeAll, beforeEach, expect, it, vi } from "vitest";
import { mizanHandlers, onCall, onContext } from "../src/index.js";
import { BASE, schema, updateName, user } from "./shop.js";

let name = "Ada";
const mizan = mizanHandlers(schema, [
  onContext(user, () => ({ user_profile: { name } })),
  onCall(updateName, (args) => {
    name = args.name ?? "";
    return { saved: name };
  }),
]);
const server = setupServer(...mizan);
let page: EventTarget;

beforeAll(() => {
  server.listen({ onUnhandledRequest: "error" });
});
beforeEach(() => {
  page = new EventTarget();
  vi.stubGlobal("document", {});
  vi.stubGlobal("addEventListener", page.addEventListener.bind(page));
});
afterEach(() => {
  page.dispatchEvent(new Event("pagehide"));
  vi.unstubAllGlobals();
  mizan.reset();
});
afterAll(() => {
  server.close();
});

/** A live page that shows user 5. */
async function opened() {
  let isLive = false;
  const onChange = (is: boolean): void => {
    isLive = is;
  };
  const client = createClient({ baseUrl: BASE, held: true, live: { onChange } }, live);
  const recorder = record(client);
  const shown = registerContext(client, user, { user_id: 5 });
  shown.subscribe(() => undefined);
  await vi.waitFor(() => {
    expect(isLive).toBe(true);
  });
  const shows = (expected: string): Promise<void> =>
    vi.waitFor(() => {
      expect(shown.getSnapshot().data?.user_profile.name).toBe(expected);
    });
  const requests = (): string[] =>
    recorder.getEvents().flatMap((each) => (each.type === "request" ? each.reason : []));
  return { client, shows, requests };
}

it("tells live pages what others make stale, and a page nothing of its own calls", async () => {
  const [one, other] = [await opened(), await opened()];
  name = "Grace";
  mizan.tell({ context: "user", params: { user_id: 5 } });
  for (const each of [one, other]) await each.shows("Grace");
  await mizanCall(one.client, updateName, { user_id: 5, name: "Mary" });
  for (const each of [one, other]) await each.shows("Mary");
  mizan.tell();
  expect(one.requests()).toEqual(["mount", "live", "event", "update_name"]);
  expect(other.requests()).toEqual(["mount", "live", "event", "event"]);
});

it("replays what was missed", async () => {
  const one = await opened();
  const known = await fetch(`${BASE}ctx/user/?user_id=5`);
  mizan.tell("user");
  const stop = new AbortController();
  const again = await fetch(`${BASE}events/?held=user`, {
    headers: { "Last-Event-ID": known.headers.get("X-Mizan-Event") ?? "" },
    signal: stop.signal,
  });
  const { value } = (await again.body?.getReader().read()) ?? {};
  expect(new TextDecoder().decode(value)).toMatch(/^event: ready\n.*\n\nevent: invalidate\nid: /);
  stop.abort();
  page.dispatchEvent(new Event("pagehide"));
  page.dispatchEvent(new Event("pageshow"));
  mizan.tell("user");
  await vi.waitFor(() => {
    expect(one.requests().filter((each) => each === "event")).toHaveLength(2);
  });
});

import { afterEach, describe, expect, it, vi } from "vitest";
import { htmx } from "../src/htmx.js";
import { createClient, invalidate, registerContext, reset } from "../src/index.js";
import { network } from "./fake.js";
import { browser, happen, livePage, pass } from "./liveFake.js";

function page() {
  const client = createClient({ baseUrl: "/api/", fetch: network().fetch });
  const user = registerContext(client, { name: "user" }, { user_id: 5 });
  user.subscribe(() => undefined, { enabled: false });
  const body = new EventTarget();
  const heard: unknown[] = [];
  for (const type of ["mizan:user", "mizan:list", "mizan:all"]) {
    body.addEventListener(type, (event) => heard.push([type, (event as CustomEvent).detail]));
  }
  const request = (field: string | null, status = 200, verb = "post"): void => {
    const xhr = {
      status,
      getResponseHeader: (name: string) => (name === "X-Mizan-Invalidate" ? field : ""),
    };
    const detail = { xhr, requestConfig: { verb } };
    body.dispatchEvent(new CustomEvent("htmx:afterRequest", { detail }));
  };
  return { client, user, body, heard, request };
}

afterEach(() => {
  vi.unstubAllGlobals();
});

describe("htmx", () => {
  it("feeds the header of each request, and tells the page", () => {
    const { client, user, body, heard, request } = page();
    const end = htmx(client, body);
    request(null);
    expect(user.getSnapshot().stale).toBe(false);
    request("user;user_id=5");
    expect(user.getSnapshot().stale).toBe(true);
    invalidate(client, ["list", "*"]);
    reset(client);
    end();
    request("list");
    invalidate(client, "list");
    expect(heard).toEqual([
      ["mizan:user", { user_id: "5" }],
      ["mizan:list", {}],
      ["mizan:all", {}],
      ["mizan:all", null],
    ]);
  });

  it("takes everything for stale where the reply of a change is lost", () => {
    const { client, body, heard, request } = page();
    htmx(client, body);
    for (const status of [0, 502]) request(null, status, "get");
    request("list", 409);
    for (const status of [0, 500]) request("list", status);
    expect(heard.map((each) => (each as string[])[0])).toEqual([
      "mizan:list",
      "mizan:all",
      "mizan:all",
    ]);
  });

  it("tells a live page what others change", async () => {
    browser();
    const { client, net, show, stream } = livePage();
    const body = new EventTarget();
    const heard = vi.fn();
    body.addEventListener("mizan:user", heard);
    const end = htmx(client, body);
    await show(5, "e.1");
    await pass(100);
    await stream().ready("e.1");
    await stream().send("invalidate", { targets: ["user"], spread: 0 }, "e.2");
    expect(heard).toHaveBeenCalledTimes(1);
    expect(net.sent).toHaveLength(2);
    end();
    happen("pagehide");
    vi.useRealTimers();
    vi.restoreAllMocks();
  });

  it("listens to the body of the page", () => {
    const { client, body, heard, request } = page();
    vi.stubGlobal("document", { body });
    htmx(client);
    request("list");
    expect(heard).toEqual([["mizan:list", {}]]);
  });
});

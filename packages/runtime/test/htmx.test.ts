import { afterEach, describe, expect, it, vi } from "vitest";
import { htmx } from "../src/htmx.js";
import { createClient, invalidate, registerContext, reset } from "../src/index.js";
import { network } from "./fake.js";

function page() {
  const client = createClient({ baseUrl: "/api/", fetch: network().fetch });
  const user = registerContext(client, { name: "user" }, { user_id: 5 });
  user.subscribe(() => undefined, { enabled: false });
  const body = new EventTarget();
  const heard: unknown[] = [];
  for (const type of ["mizan:user", "mizan:list", "mizan:all"]) {
    body.addEventListener(type, (event) => heard.push([type, (event as CustomEvent).detail]));
  }
  const request = (field: string | null): void => {
    const xhr = {
      getResponseHeader: (name: string) => (name === "X-Mizan-Invalidate" ? field : ""),
    };
    body.dispatchEvent(new CustomEvent("htmx:afterRequest", { detail: { xhr } }));
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

  it("listens to the body of the page", () => {
    const { client, body, heard, request } = page();
    vi.stubGlobal("document", { body });
    htmx(client);
    request("list");
    expect(heard).toEqual([["mizan:list", {}]]);
  });
});

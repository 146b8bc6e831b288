import { afterEach, describe, expect, it, vi } from "vitest";
import { createCore } from "../src/client.js";
import { csrf, isLocal } from "../src/csrf.js";
import type { ClientOptions } from "../src/index.js";

function token(options: Partial<ClientOptions>, body?: string): string | undefined {
  let sent: Readonly<Record<string, string>> | undefined;
  const client = createCore(
    { baseUrl: "/api/", ...options },
    (each) => {
      each.exchange = ({ headers }) => {
        sent = headers;
        return Promise.resolve({ headers: new Headers() });
      };
    },
    csrf,
  );
  void client.exchange({ path: "call/", body });
  return sent?.["X-CSRFToken"];
}

afterEach(() => {
  vi.unstubAllGlobals();
});

describe("csrf", () => {
  it("sends the cookie with what is posted to the page's origin", () => {
    expect(token({}, "{}")).toBeUndefined();
    vi.stubGlobal("document", { cookie: "a=1; csrftoken=abc; other=2" });
    vi.stubGlobal("location", { origin: "https://shop.test" });
    expect(token({}, "{}")).toBe("abc");
    expect(token({})).toBeUndefined();
    expect(token({ baseUrl: "https://shop.test/api/" }, "{}")).toBe("abc");
    expect(token({ baseUrl: "https://shop.test.evil.test/api/" }, "{}")).toBeUndefined();
    expect(token({ csrf: "other" }, "{}")).toBe("2");
    expect(token({ csrf: "token" }, "{}")).toBeUndefined();
    expect(token({ csrf: "" }, "{}")).toBeUndefined();
  });
});

describe("isLocal", () => {
  it("knows the page's origin, if there is a page", () => {
    expect(isLocal(createCore({ baseUrl: "/api/" }))).toBe(true);
    expect(isLocal(createCore({ baseUrl: "https://shop.test/" }))).toBe(false);
  });
});

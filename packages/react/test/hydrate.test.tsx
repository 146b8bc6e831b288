import { MizanProvider, suspenseHook, contextHook } from "@mizan/react";
import { Hydrate, Streamed } from "@mizan/react/hydrate";
import { createClient, invalidate, prefetch, reset, type Client } from "@mizan/runtime";
import { dehydrate } from "@mizan/runtime/hydrate";
import type { Server } from "node:http";
import { Suspense, type ReactNode } from "react";
import { renderToPipeableStream } from "react-dom/server";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { network, settled, type Network } from "../../runtime/test/fake.js";
import { api, browse, serve, visit } from "./site.js";

interface Text {
  readonly text: string;
}
const USER = { name: "user" };
const useSuspenseUser = suspenseHook<object, Text>(USER);
const useSuspenseCart = suspenseHook<object, Text>({ name: "cart" });
const useSuspenseNews = suspenseHook<object, Text>({ name: "news" });
const useCart = contextHook<object, Text>({ name: "cart" });

const useUser = contextHook<object, Text>(USER);
const useSuspenseBroken = suspenseHook<object, Text>({ name: "broken" });

const User = ({ children }: { children?: ReactNode }) => (
  <>
    <p id="user">{useSuspenseUser().text}</p>
    {children}
  </>
);
const Cart = () => <p id="cart">{useSuspenseCart().text}</p>;
const News = () => <p id="news">{useSuspenseNews().text}</p>;

const html = (children: ReactNode) => (
  <html>
    <head />
    <body>{children}</body>
  </html>
);

const part = (name: string, children: ReactNode) => (
  <Suspense fallback={<i>{`${name}...`}</i>}>
    <Streamed>{children}</Streamed>
  </Suspense>
);

/** Two parts that come by themselves, and in the first one that waits for another. */
const APP = html(
  <>
    {part(
      "user",
      <User>
        <Cart />
      </User>,
    )}
    {part("news", <News />)}
  </>,
);

const Header = () => <b>{useUser().data?.text}</b>;
const Broken = () => <p>{useSuspenseBroken().text}</p>;
const Full = () => <p>{useCart().data?.text}</p>;

/** What the server has, by path. */
const PAGES: Record<string, ReactNode> = {
  "/": APP,
  "/header": html(
    <>
      <Header />
      {part("user", <User />)}
    </>,
  ),
  "/broken": html(part("broken", <Broken />)),
  "/empty": html(part("nothing", <p>still</p>)),
  "/loaded": html(
    <Hydrate slices={[{ context: "cart", params: {}, data: { text: "full" } }]}>
      <Full />
    </Hydrate>,
  ),
};

const provided = (client: Client, children: ReactNode) => (
  <MizanProvider client={client}>{children}</MizanProvider>
);

const PATIENCE = { timeout: 20_000 };

let site: { server: Server; address: string };
let data: ReturnType<typeof api>;
let errors: unknown[];

beforeEach(async () => {
  errors = [];
  // In one process a server and a browser are two renderers, of which React's development warns.
  vi.spyOn(console, "error").mockImplementation((message: unknown) => {
    if (!String(message).includes("multiple renderers")) errors.push(message);
  });
  data = api();
  site = await serve((request, response) => {
    if (request.url?.startsWith("/api/")) return void data.handle(request, response);
    const cookie = request.headers.cookie ?? "";
    // One client for one request.
    const client = createClient({
      baseUrl: `${site.address}/api/`,
      headers: () => ({ cookie }),
      gcTime: Infinity,
    });
    const { pipe } = renderToPipeableStream(provided(client, PAGES[request.url ?? ""]), {
      onError: () => undefined,
      onShellReady: () => {
        response.setHeader("Content-Type", "text/html");
        pipe(response);
      },
    });
  });
});
afterEach(() => {
  vi.restoreAllMocks();
  site.server.closeAllConnections();
  site.server.close();
});

/** Takes a page over as a browser does; what it asked for and what went wrong. */
async function takeOver(
  text: string,
  app: ReactNode,
  prepare?: (client: Client, net: Network) => Promise<void>,
  taken = "body, p",
) {
  const page = browse(text);
  const { document } = page.window;
  // React's own scripts have put everything into its place.
  await vi.waitFor(() => {
    expect(document.body.innerHTML).not.toContain("<!--$?-->");
  }, PATIENCE);
  const net = network();
  const client = createClient({ baseUrl: "/api/", fetch: net.fetch });
  await prepare?.(client, net);
  const { hydrateRoot } = await import("react-dom/client");
  const note = (error: unknown): void => void errors.push(error);
  const root = hydrateRoot(document, provided(client, app), { onRecoverableError: note });
  const texts = () => [...document.querySelectorAll("p")].map(({ textContent }) => textContent);
  const before = texts();
  const isTaken = (element: Element): boolean =>
    Object.keys(element).some((name) => name.startsWith("__react"));
  await vi.waitFor(() => {
    expect([...document.querySelectorAll(taken)].every(isTaken)).toBe(true);
  }, PATIENCE);
  const shows = (...expected: string[]) =>
    vi.waitFor(() => {
      expect(texts()).toEqual(expected);
    }, PATIENCE);
  await settled();
  const close = async (): Promise<void> => {
    root.unmount();
    await settled();
    page.close();
  };
  return { net, client, document, texts, before, shows, close };
}

describe("a page that streams", () => {
  it("is taken over without a request, for two users at once", async () => {
    const [ada, bob] = await Promise.all([visit(site.address, "ada"), visit(site.address, "bob")]);
    expect(await ada.until("news...")).toContain("user...");
    data.open("bob:/api/ctx/news/");
    data.open("ada:/api/ctx/user/");
    const early = await bob.until("bob&#x27;s news");
    expect(early).toContain("user...");
    for (const each of ["user", "cart", "news"]) {
      data.open(`bob:/api/ctx/${each}/`);
      data.open(`ada:/api/ctx/${each}/`);
    }
    const [hers, his] = await Promise.all([ada.until(), bob.until()]);
    expect(hers).not.toContain("bob");
    expect(his).not.toContain("ada");
    expect([...data.asked].sort()).toEqual(
      ["ada", "bob"].flatMap((who) =>
        ["cart", "news", "user"].map((name) => `${who}:/api/ctx/${name}/`),
      ),
    );
    for (const [who, text] of [
      ["ada", hers],
      ["bob", his],
    ] as const) {
      const page = await takeOver(text, APP);
      const all = [`${who}'s user </p>`, `${who}'s cart </p>`, `${who}'s news </p>`];
      expect(page.before).toEqual(all);
      await page.shows(...all);
      expect(errors).toEqual([]);
      expect(page.net.sent).toEqual([]);
      expect(dehydrate(page.client)).toHaveLength(3);
      await page.close();
    }
  });

  it("has its data beside the parts that it belongs to, when these come", async () => {
    const { until } = await visit(site.address, "ada");
    data.open("ada:/api/ctx/news/");
    const news = await until("ada&#x27;s news");
    expect(news).toContain('"data":{"text":"ada\'s news \\u003c/p>"}');
    expect(news).not.toContain("ada's user");
    data.open("ada:/api/ctx/user/");
    data.open("ada:/api/ctx/cart/");
    const whole = await until();
    expect(whole.match(/application\/mizan\+json/g)).toHaveLength(2);
    expect(whole).toContain('"context":"cart"');
  });

  it("is taken over as it was drawn where the browser knows more by then", async () => {
    const { until } = await visit(site.address, "ada");
    for (const name of ["user", "cart", "news"]) data.open(`ada:/api/ctx/${name}/`);
    const page = await takeOver(await until(), APP, async (client, net) => {
      const work = prefetch(client, USER, {});
      await settled();
      await net.last().reply({ text: "newer" });
      await work;
    });
    expect(errors).toEqual([]);
    expect(page.before[0]).toBe("ada's user </p>");
    await page.shows("newer", "ada's cart </p>", "ada's news </p>");
    expect(page.net.sent).toHaveLength(1);
    await page.close();
  });

  it.each(["an invalidation", "a reset"])("takes nothing over for fresh after %s", async (what) => {
    const { until } = await visit(site.address, "ada");
    for (const name of ["user", "cart", "news"]) data.open(`ada:/api/ctx/${name}/`);
    const page = await takeOver(
      await until(),
      APP,
      (client) => {
        if (what === "a reset") reset(client);
        else invalidate(client, "user");
        return settled();
      },
      "body",
    );
    expect(page.before[0]).toBe("ada's user </p>");
    const sent = (name: string) => page.net.sent.find(({ url }) => url === `/api/ctx/${name}/`);
    for (const name of ["user", "cart", "news"]) {
      await vi.waitFor(() => {
        expect(sent(name)).toBeDefined();
      }, PATIENCE);
      await sent(name)?.reply({ text: `newer ${name}` });
    }
    await page.shows("newer user", "newer cart", "newer news");
    expect([errors, page.net.sent.length]).toEqual([[], 3]);
    await page.close();
  });

  it("leaves to other components what they have under way", async () => {
    data.open("ada:/api/ctx/user/");
    const { until } = await visit(`${site.address}/header`, "ada");
    const page = await takeOver(await until(), PAGES["/header"], undefined, "body");
    expect(page.net.sent).toHaveLength(1);
    expect(page.before).toEqual(["ada's user </p>"]);
    await page.net.last().reply({ text: "newer" });
    await page.shows("newer");
    expect(errors).toEqual([]);
    expect(page.document.querySelector("b")?.textContent).toBe("newer");
    await page.close();
  });

  it("is drawn by the browser where the server failed", async () => {
    data.open("ada:/api/ctx/broken/");
    const { until } = await visit(`${site.address}/broken`, "ada");
    const text = await until();
    expect(text).not.toContain("mizan+json");
    const page = await takeOver(text, PAGES["/broken"]);
    await vi.waitFor(() => {
      expect(page.net.sent).toHaveLength(1);
    }, PATIENCE);
    await page.net.last().reply({ text: "whole" });
    await page.shows("whole");
    await page.close();
  });

  it("has no script where nothing was read", async () => {
    const { until } = await visit(`${site.address}/empty`, "ada");
    const text = await until();
    expect(text).not.toContain("mizan+json");
    const page = await takeOver(text, PAGES["/empty"]);
    expect([errors, page.texts()]).toEqual([[], ["still"]]);
    await page.close();
  });
});

describe("Hydrate", () => {
  it("draws what a loader has fetched, without a request", async () => {
    const { until } = await visit(`${site.address}/loaded`, "ada");
    const text = await until();
    expect(text).toContain("<p>full</p>");
    const page = await takeOver(text, PAGES["/loaded"]);
    expect([errors, page.net.sent, page.texts()]).toEqual([[], [], ["full"]]);
    await page.close();
  });
});

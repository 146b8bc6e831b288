// @vitest-environment jsdom
import { createClient, mizanCall, registerContext } from "@mizan/runtime";
import { record } from "@mizan/runtime/devtools";
import { act, cleanup, render, screen, within } from "@testing-library/react";
import { userEvent } from "@testing-library/user-event";
import { StrictMode } from "react";
import { afterEach, describe, expect, it } from "vitest";
import { network, problem } from "../../runtime/test/fake.js";
import { MizanPanel } from "../src/panel.js";
import { MizanProvider } from "../src/provider.js";

afterEach(cleanup);

function page() {
  const net = network();
  const client = createClient({ baseUrl: "/api/", fetch: net.fetch });
  return { net, client, cart: registerContext(client, { name: "cart" }, {}) };
}

const items = (): HTMLElement[] => screen.queryAllByTestId("mizan-group");

describe("MizanPanel", () => {
  it("shows of a click its requests, why, headers, and what was invalidated", async () => {
    const { net, client, cart } = page();
    render(
      <StrictMode>
        <MizanProvider client={client}>
          <MizanPanel />
        </MizanProvider>
      </StrictMode>,
    );
    expect(screen.getByText("Nothing has happened yet.")).toBeTruthy();
    await act(async () => {
      cart.subscribe(() => undefined);
      await Promise.resolve();
      await net.last().reply(1, { headers: { "Cache-Status": "mizan; hit" } });
    });
    expect(items()).toHaveLength(1);
    expect(items()[0]?.textContent).toMatch(
      /Showncart1 round trip.*GET ctx\/cart\/ 200 in \d+ ms, shown.*why: the page shows it.*Cache-Status: mizan; hit/,
    );
    await act(async () => {
      void mizanCall(client, "add", {}, { held: true });
      await net
        .last()
        .reply(
          { result: 1, invalidate: ["cart", { context: "user", params: { user_id: 5 } }] },
          { headers: { "X-Mizan-Invalidate": "cart, user;user_id=5" } },
        );
    });
    const [call, first] = items();
    expect(call?.textContent).toMatch(
      /^add2 round trips.*POST call\/.*X-Mizan-Held: cart.*X-Mizan-Invalidate: cart, user;user_id=5/,
    );
    expect(call?.textContent).toMatch(/GET ctx\/cart\/ under way.*why: add made it stale/);
    expect(call?.textContent).toContain("invalidated: cart, user;user_id=5");
    expect(call?.querySelector("details")?.open).toBe(true);
    expect(first?.querySelector("details")?.open).toBe(false);
  });

  it("shows fresh data, what was refused, and what was lost", async () => {
    const { net, client, cart } = page();
    cart.subscribe(() => undefined);
    await Promise.resolve();
    await net.last().reply(1);
    render(<MizanPanel client={client} />);
    const fresh = [{ context: "cart", params: {}, data: 2 }];
    await act(async () => {
      void mizanCall(client, "add", {}, { held: true });
      await net.last().reply({ result: 1, invalidate: ["cart"], fresh });
    });
    expect(await screen.findByText("fresh, used:")).toBeTruthy();
    expect(items()[0]?.textContent).toContain("1 round trip");
    await act(async () => {
      const refused = mizanCall(client, "buy", {}).catch(() => undefined);
      await net.last().reply(...problem("forbidden", 403));
      await refused;
      const lost = mizanCall(client, { name: "pay", affects: () => ["paid"] }, {});
      const failed = lost.catch(() => undefined);
      await net.last().fail();
      await failed;
    });
    expect(items()[1]?.textContent).toMatch(/^buy.*403 in/);
    expect(items()[0]?.textContent).toMatch(
      /^pay.*no reply in.*stale, as the reply was lost: paid/,
    );
  });

  it("opens, closes and is cleared by keyboard", async () => {
    const { client } = page();
    const recorder = record(client);
    const user = userEvent.setup();
    render(<MizanPanel client={client} recorder={recorder} defaultOpen={false} inline />);
    void mizanCall(client, "add", {});
    const region = within(screen.getByRole("region", { name: "Mizan panel" }));
    const button = region.getByRole("button", { name: /Mizan panel/ });
    expect(button.getAttribute("aria-expanded")).toBe("false");
    expect(items()).toHaveLength(0);
    await user.tab();
    expect(document.activeElement).toBe(button);
    await user.keyboard("{Enter}");
    expect(button.getAttribute("aria-expanded")).toBe("true");
    expect(items()).toHaveLength(1);
    await user.tab();
    await user.keyboard("{Enter}");
    expect(recorder.getEvents()).toEqual([]);
    expect(items()).toHaveLength(0);
  });

  it("keeps its record while it is not shown", async () => {
    const { client } = page();
    render(<MizanPanel client={client} />).unmount();
    void mizanCall(client, "add", {});
    await act(async () => {
      render(<MizanPanel client={client} />);
      await Promise.resolve();
    });
    expect(items()).toHaveLength(1);
  });
});

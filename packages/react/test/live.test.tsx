// @vitest-environment jsdom
import { contextHook, MizanProvider } from "@mizan/react";
import { MizanPanel } from "@mizan/react/panel";
import { createClient } from "@mizan/runtime";
import { live } from "@mizan/runtime/live";
import { act, cleanup, render, screen } from "@testing-library/react";
import { StrictMode } from "react";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { liveNetwork } from "../../runtime/test/liveFake.js";
import { USER, type User } from "./support.js";

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "setInterval", "clearInterval"] });
});
afterEach(() => {
  cleanup();
  window.dispatchEvent(new Event("pagehide"));
  vi.useRealTimers();
});

const useUser = contextHook<{ user_id: number }, User>(USER);

function Name() {
  return <p>{useUser({ user_id: 5 }).data?.name}</p>;
}

it("components under a provider show what others change, and the panel says why", async () => {
  const net = liveNetwork();
  const client = createClient({ baseUrl: "/api/", fetch: net.fetch, live: true }, live);
  render(
    <StrictMode>
      <MizanProvider client={client}>
        <Name />
        <MizanPanel />
      </MizanProvider>
    </StrictMode>,
  );
  const pass = (ms: number): Promise<void> =>
    act(async () => {
      await vi.advanceTimersByTimeAsync(ms);
    });
  const reply = (name: string): Promise<void> =>
    act(() => net.last().reply({ name }, { headers: { "X-Mizan-Event": "e.1" } }));
  await pass(0);
  await reply("Ada");
  await pass(100);
  expect(net.streams.map(({ held }) => held)).toEqual([["user;user_id=5"]]);
  const [stream] = net.streams;
  await act(async () => {
    await stream?.ready("e.1");
    await stream?.send("invalidate", { targets: ["user"], spread: 0 }, "e.2");
  });
  await reply("Grace");
  expect(screen.getByText("Grace")).toBeTruthy();
  expect(net.sent).toHaveLength(2);
  const [group, ...earlier] = screen.queryAllByTestId("mizan-group");
  expect(group?.textContent).toMatch(/^Changed elsewhereuser1 round trip.*invalidated: user$/);
  expect(group?.textContent).toContain("why: the server said so");
  const listening = earlier.find(({ textContent }) => textContent.startsWith("Listening"));
  expect(listening?.textContent).toMatch(
    /^Listening1 round trip.*GET events\/ .*X-Mizan-Held: user;user_id=5$/,
  );
});

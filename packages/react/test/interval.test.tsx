// @vitest-environment jsdom
import { contextHook } from "@mizan/react";
import { useInterval } from "@mizan/react/interval";
import { act, cleanup } from "@testing-library/react";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { answer, page, USER, type User } from "./support.js";

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] });
});
afterEach(() => {
  cleanup();
  vi.useRealTimers();
});

const useUser = contextHook<{ user_id: number }, User>(USER);

function Name({ id, every }: { id: number; every: number | false }) {
  useInterval(USER, { user_id: id }, every);
  return <p>{useUser({ user_id: id }).data?.name}</p>;
}

/** Lets time pass. */
async function pass(ms: number): Promise<void> {
  await act(async () => {
    await vi.advanceTimersByTimeAsync(ms);
  });
}

it("fetches while it is shown, as often as it is told to", async () => {
  const opened = page(<Name id={5} every={1_000} />);
  await pass(0);
  await answer(opened, { name: "Ada" });
  await pass(999);
  expect(opened.net.sent).toHaveLength(1);
  await pass(1);
  expect(opened.net.sent).toHaveLength(2);
  await answer(opened, { name: "Grace" });
  expect(opened.container.textContent).toBe("Grace");
  opened.draw(<Name id={5} every={false} />);
  await pass(5_000);
  expect(opened.net.sent).toHaveLength(2);
  opened.draw(<Name id={6} every={2_000} />);
  await pass(0);
  await answer(opened, { name: "Augusta" });
  await pass(2_000);
  expect(opened.net.sent.map(({ url }) => url.slice(-1))).toEqual(["5", "5", "6", "6"]);
  await answer(opened, { name: "Augusta" });
  opened.unmount();
  await pass(5_000);
  expect(opened.net.sent).toHaveLength(4);
});

// @vitest-environment jsdom
import { contextHook } from "@mizan/react";
import { optimisticHook } from "@mizan/react/optimistic";
import type { MizanContext, MizanFunction } from "@mizan/runtime";
import { change } from "@mizan/runtime/optimistic";
import { act, cleanup } from "@testing-library/react";
import { afterEach, expect, it } from "vitest";
import { problem } from "../../runtime/test/fake.js";
import { answer, page, settle, type User } from "./support.js";

afterEach(cleanup);

const USER: MizanContext<{ user_id: number }, User> = { name: "user" };
const RENAME: MizanFunction<{ user_id: number; name: string }, null, "app.taken"> = {
  name: "rename",
};
const useUser = contextHook(USER);
const useRename = optimisticHook(RENAME, ({ user_id, name }) => [
  change(USER, { user_id }, (user) => ({ ...user, name })),
]);

it("shows a change at once, and takes it back where the server refuses", async () => {
  const Form = () => {
    const { call, error } = useRename();
    const rename = () => void call({ user_id: 5, name: "Grace" });
    return (
      <button onClick={rename}>
        {useUser({ user_id: 5 }).data?.name} {error?.code}
      </button>
    );
  };
  const opened = page(<Form />);
  await settle();
  await answer(opened, { user_id: 5, name: "Ada", orders: [] });
  act(() => {
    opened.getByRole("button").click();
  });
  expect(opened.container.textContent).toBe("Grace ");
  await answer(opened, ...problem("app.taken", 409));
  expect(opened.container.textContent).toBe("Ada app.taken");
});

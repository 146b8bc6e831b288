// @vitest-environment jsdom
import { contextHook } from "@mizan/react";
import { cleanup } from "@testing-library/react";
import { afterEach, expect, it } from "vitest";
import { answer, page, settle } from "./support.js";

afterEach(cleanup);

interface User {
  readonly name: string;
}
const useUser = contextHook<{ user_id: number }, User>({ name: "user" });

function Name({ user_id }: { user_id: number }) {
  const { data, isPending } = useUser({ user_id });
  return <p>{isPending ? "..." : data?.name}</p>;
}

it("shows what the server said, fetched once", async () => {
  const opened = page(<Name user_id={5} />);
  await settle();
  expect(opened.container.textContent).toBe("...");
  await answer(opened, { name: "Ada" });
  expect(opened.container.textContent).toBe("Ada");
  expect(opened.net.sent).toHaveLength(1);
});

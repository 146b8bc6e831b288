// @vitest-environment jsdom
import { callHook, contextHook, type CallResult } from "@mizan/react";
import { reset, type MizanError, type MizanFunction } from "@mizan/runtime";
import { act, cleanup } from "@testing-library/react";
import { afterEach, expect, expectTypeOf, it } from "vitest";
import { problem } from "../../runtime/test/fake.js";
import { answer, page, settle, USER, type User } from "./support.js";

afterEach(cleanup);

interface Rename {
  readonly user_id: number;
  readonly name: string;
}
const RENAME: MizanFunction<Rename, User, "app.taken"> = {
  name: "rename",
  affects: ({ user_id }) => [{ context: "user", params: { user_id } }],
};
const useRename = callHook(RENAME);
const useSignOut = callHook<{ everywhere?: boolean }, boolean, never>({ name: "sign_out" });
const useUser = contextHook<{ user_id: number }, User>(USER);

const ADA: User = { user_id: 5, name: "Ada", orders: [] };
const GRACE: User = { ...ADA, name: "Grace" };
const ARGS = { user_id: 5, name: "Grace" };

/** A page whose hook tests hold in their hands. */
async function hooked() {
  const seen: CallResult<Rename, User, "app.taken">[] = [];
  const Form = () => {
    seen.push(useRename());
    return <p>{useUser({ user_id: 5 }).data?.name}</p>;
  };
  const opened = page(<Form />);
  await settle();
  const now = () => {
    const latest = seen.at(-1);
    if (!latest) throw new Error("Nothing was drawn.");
    return latest;
  };
  const call = async (args = ARGS): Promise<{ work?: Promise<User> }> => {
    const called: { work?: Promise<User> } = {};
    act(() => {
      called.work = now().call(args);
    });
    await settle();
    return called;
  };
  return { opened, now, call };
}

it("tells what became of the call, and refetches what it made stale", async () => {
  const { opened, now, call } = await hooked();
  await answer(opened, ADA);
  expect(now()).toMatchObject({ status: "idle", isPending: false, data: undefined });
  const { work } = await call();
  expect(now()).toMatchObject({ status: "pending", isPending: true });
  expect(opened.net.last().body).toEqual({ function: "rename", args: ARGS });
  await answer(opened, { result: GRACE, invalidate: ["user"] });
  expect(now()).toMatchObject({ status: "success", isPending: false, data: GRACE });
  await expect(work).resolves.toEqual(GRACE);
  await answer(opened, GRACE);
  expect(opened.container.textContent).toBe("Grace");
  act(() => {
    now().reset();
  });
  expect(now()).toMatchObject({ status: "idle", data: undefined });
});

it("rejects, and keeps the error", async () => {
  const { opened, now, call } = await hooked();
  const { work } = await call();
  await answer(opened, ...problem("app.taken", 409));
  await expect(work).rejects.toMatchObject({ code: "app.taken" });
  expect(now()).toMatchObject({ status: "error", isPending: false });
  expect(now().error?.code).toBe("app.taken");
  expectTypeOf(now().error).toEqualTypeOf<MizanError<"app.taken"> | undefined>();
});

it("reports no rejection that nobody took, as `error` shows it", async () => {
  const unhandled: unknown[] = [];
  const note = (reason: unknown): void => {
    unhandled.push(reason);
  };
  process.on("unhandledRejection", note);
  const { opened, now, call } = await hooked();
  await call();
  await answer(opened, ...problem("app.taken", 409));
  await settle();
  await settle();
  process.off("unhandledRejection", note);
  expect(now().status).toBe("error");
  expect(unhandled).toEqual([]);
});

it("is about the last call, whenever earlier ones are answered", async () => {
  const { opened, now, call } = await hooked();
  await call();
  const first = opened.net.last();
  await call({ ...ARGS, name: "Augusta" });
  const second = opened.net.last();
  await act(() => second.reply({ result: ADA, invalidate: [] }));
  expect(now()).toMatchObject({ status: "success", data: ADA });
  await act(() => first.reply({ result: GRACE, invalidate: [] }));
  expect(now()).toMatchObject({ status: "success", data: ADA });
});

it("forgets a call that is running", async () => {
  const { opened, now, call } = await hooked();
  await call();
  act(() => {
    now().reset();
  });
  await answer(opened, { result: GRACE, invalidate: [] });
  expect(now()).toMatchObject({ status: "idle", data: undefined });
});

it("shows nothing of a former user's calls", async () => {
  const { opened, now, call } = await hooked();
  await call();
  await act(() => opened.net.last().reply({ result: GRACE, invalidate: [] }));
  expect(now()).toMatchObject({ status: "success", data: GRACE });
  act(() => {
    reset(opened.client);
  });
  expect(now()).toMatchObject({ status: "idle", data: undefined });
  await settle();
  await call();
  const late = opened.net.last();
  expect(late.body).toEqual({ function: "rename", args: ARGS });
  act(() => {
    reset(opened.client);
  });
  expect(now()).toMatchObject({ status: "idle", isPending: false });
  await act(() => late.reply({ result: GRACE, invalidate: [] }));
  expect(now()).toMatchObject({ status: "idle", data: undefined });
});

it("tells that there is another user", async () => {
  const { opened, now, call } = await hooked();
  const { work } = await call();
  const told = expect(work).rejects.toMatchObject({ code: "identity_mismatch" });
  await act(() => opened.net.last().reply(...problem("identity_mismatch", 401)));
  await told;
  expect(now()).toMatchObject({ status: "error", error: { code: "identity_mismatch" } });
});

it("passes options on, and has the same functions all the time", async () => {
  const { now, call } = await hooked();
  const { call: first, reset } = now();
  const stop = new AbortController();
  stop.abort(new Error("stopped"));
  const works: Promise<User>[] = [];
  await act(async () => {
    works.push(now().call(ARGS, { signal: stop.signal }));
    await settle();
  });
  await expect(works[0]).rejects.toThrow("stopped");
  expect(now().error).toMatchObject({ message: "stopped" });
  await call();
  expect(now().call).toBe(first);
  expect(now().reset).toBe(reset);
});

it("needs no arguments where none is required", async () => {
  const works: Promise<boolean>[] = [];
  const Out = () => {
    const { call } = useSignOut();
    return (
      <button
        onClick={() => {
          works.push(call());
        }}
      />
    );
  };
  const opened = page(<Out />);
  act(() => {
    opened.getByRole("button").click();
  });
  expect(opened.net.last().body).toEqual({ function: "sign_out", args: {} });
  await answer(opened, { result: true, invalidate: [] });
  await expect(works[0]).resolves.toBe(true);
});

it("survives a component that is gone", async () => {
  const { opened, call } = await hooked();
  const { work } = await call();
  opened.unmount();
  await answer(opened, { result: GRACE, invalidate: [] });
  await expect(work).resolves.toEqual(GRACE);
});

// @vitest-environment jsdom
import { invalidate } from "@mizan/runtime";
import {
  QueryClientProvider,
  useMutation,
  useQuery,
  useSuspenseQuery,
} from "@tanstack/react-query";
import { act, cleanup, render, screen } from "@testing-library/react";
import { StrictMode, Suspense, type ReactNode } from "react";
import { afterEach, describe, expect, it } from "vitest";
import { callOptions, contextKey, contextOptions } from "../src/index.js";
import { page, settled, STALE, updateUser, user, type Page, type User } from "./page.js";

afterEach(cleanup);

async function draw({ queryClient }: Page, children: ReactNode): Promise<void> {
  await act(async () => {
    render(
      <StrictMode>
        <QueryClientProvider client={queryClient}>
          <Suspense fallback="waiting">{children}</Suspense>
        </QueryClientProvider>
      </StrictMode>,
    );
    await settled();
  });
}

/** Answers the open request, and waits until that is drawn. */
async function answer({ net }: Page, body: unknown): Promise<void> {
  await act(async () => {
    await net.last().reply(body);
    await new Promise((resolve) => setTimeout(resolve, 5));
  });
}

function Profile({ at, id = 5 }: { at: Page; id?: number }) {
  const { data, isFetching } = useQuery(
    contextOptions(at.client, user, { user_id: id }, { select: ({ v }: User) => v }),
  );
  return <p>{`${id}: ${data ?? "none"}${isFetching ? " …" : ""}`}</p>;
}

function Calm({ at }: { at: Page }) {
  const { data } = useSuspenseQuery(contextOptions(at.client, user, { user_id: 5 }));
  return <p>{`calm ${data.v}`}</p>;
}

function Button({ at }: { at: Page }) {
  const key = contextKey(user, { user_id: 5 });
  const { mutate, isPending, error } = useMutation(
    callOptions(at.client, updateUser, {
      onMutate: ({ v }) => {
        const previous = at.queryClient.getQueryData<User>(key);
        at.queryClient.setQueryData<User>(key, { v });
        return previous;
      },
      onError: (_error, _args, previous) => {
        at.queryClient.setQueryData(key, previous);
      },
    }),
  );
  return (
    <button
      onClick={() => {
        mutate({ user_id: 5, v: 9 });
      }}
    >
      {isPending ? "saving" : (error?.code ?? "save")}
    </button>
  );
}

describe("a page in strict mode", () => {
  it("makes one request for what it shows twice", async () => {
    const at = page();
    await draw(at, [<Profile key="a" at={at} />, <Profile key="b" at={at} />]);
    expect(at.net.sent).toHaveLength(1);
    await answer(at, { v: 1 });
    expect(screen.getAllByText("5: 1")).toHaveLength(2);
  });

  it("fetches again what was overtaken on its first load", async () => {
    const at = page();
    await draw(at, <Profile at={at} />);
    invalidate(at.client, "user");
    await answer(at, { v: 1 });
    expect(screen.getByText("5: 1 …")).toBeDefined();
    await answer(at, { v: 2 });
    expect(screen.getByText("5: 2")).toBeDefined();
    expect(at.net.sent).toHaveLength(2);
  });

  it("waits for data that nothing has overtaken before it shows it first", async () => {
    const at = page();
    await draw(at, <Calm at={at} />);
    expect(screen.getByText("waiting")).toBeDefined();
    await answer(at, { v: 1 });
    expect(screen.getByText("calm 1")).toBeDefined();
    await act(async () => {
      invalidate(at.client, STALE);
      await settled();
    });
    await answer(at, { v: 2 });
    expect(screen.getByText("calm 2")).toBeDefined();
  });

  it("shows a change at once, and then the server's, in one round trip", async () => {
    const at = page();
    await draw(at, [<Calm key="a" at={at} />, <Button key="b" at={at} />]);
    await answer(at, { v: 1 });
    await act(async () => {
      screen.getByText("save").click();
      await new Promise((resolve) => setTimeout(resolve, 5));
    });
    expect(screen.getByText("saving")).toBeDefined();
    expect(screen.getByText("calm 9")).toBeDefined();
    const fresh = [{ context: "user", params: { page: 1, user_id: 5 }, data: { v: 7 } }];
    await answer(at, { result: { v: 7 }, invalidate: STALE, fresh });
    expect(screen.getByText("calm 7")).toBeDefined();
    expect(screen.getByText("save")).toBeDefined();
    expect(at.net.sent).toHaveLength(2);
  });

  it("takes a change back that was refused, and names the code", async () => {
    const at = page();
    await draw(at, [<Calm key="a" at={at} />, <Button key="b" at={at} />]);
    await answer(at, { v: 1 });
    await act(async () => {
      screen.getByText("save").click();
      await new Promise((resolve) => setTimeout(resolve, 5));
      await at.net.last().reply({ code: "app.taken" }, { status: 409 });
      await new Promise((resolve) => setTimeout(resolve, 5));
    });
    expect(screen.getByText("calm 1")).toBeDefined();
    expect(screen.getByText("app.taken")).toBeDefined();
  });
});

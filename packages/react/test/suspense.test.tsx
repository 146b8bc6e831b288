// @vitest-environment jsdom
import { contextHook, suspenseHook, type SuspenseOptions } from "@mizan/react";
import { invalidate, prefetch, reset } from "@mizan/runtime";
import { act, cleanup } from "@testing-library/react";
import { startTransition, Suspense, useState, useTransition } from "react";
import { afterEach, beforeEach, describe, expect, expectTypeOf, it, vi } from "vitest";
import { problem } from "../../runtime/test/fake.js";
import { answer, Boundary, page, quiet, settle, USER, type Page, type User } from "./support.js";

let loud: () => void;
beforeEach(() => {
  loud = quiet();
});
afterEach(() => {
  cleanup();
  loud();
});

const useSuspenseUser = suspenseHook<{ user_id: number }, User>(USER);
const useUser = contextHook<{ user_id: number }, User>(USER);
const useSuspenseSession = suspenseHook<{ full?: boolean }, { name: string }>({ name: "session" });

const ADA: User = { user_id: 5, name: "Ada", orders: [1, 2] };
const GRACE: User = { ...ADA, name: "Grace" };

function Name({ id = 5, ...options }: { id?: number } & SuspenseOptions<User>) {
  const user = useSuspenseUser({ user_id: id }, options);
  expectTypeOf(user).toEqualTypeOf<User>();
  return <p>{user.name}</p>;
}

function shown(children = <Name />) {
  return (
    <Boundary>
      <Suspense fallback="...">{children}</Suspense>
    </Boundary>
  );
}

const text = ({ container }: Page) => container.textContent;

/** Has the boundary try anew. */
function again({ getByRole }: Page): void {
  act(() => {
    getByRole("button").click();
  });
}

/** Says what became stale, and lets the fetch begin. */
async function strike({ client }: Page): Promise<void> {
  act(() => {
    invalidate(client, "user");
  });
  await settle();
}

describe("suspenseHook", () => {
  it("suspends until there is data, which is fetched once", async () => {
    const opened = page(shown());
    await settle();
    expect(text(opened)).toBe("...");
    await answer(opened, ADA);
    expect(text(opened)).toBe("Ada");
    await settle();
    expect(opened.net.sent).toHaveLength(1);
  });

  it("needs no parameters where none is required", async () => {
    const Session = () => useSuspenseSession().name;
    const Length = () => useSuspenseSession({}, { select: ({ name }) => name.length });
    const opened = page(
      shown(
        <>
          <Session /> <Length />
        </>,
      ),
    );
    await settle();
    await answer(opened, { name: "Ada" });
    expect(text(opened)).toBe("Ada 3");
  });

  it("shows what was prefetched at once", async () => {
    const opened = page(null);
    const work = prefetch(opened.client, USER, { user_id: 5 });
    await settle();
    await answer(opened, ADA);
    await work;
    opened.draw(shown());
    expect(text(opened)).toBe("Ada");
  });

  it("keeps showing data that becomes stale, and follows", async () => {
    const opened = page(shown());
    await settle();
    await answer(opened, ADA);
    await strike(opened);
    expect(text(opened)).toBe("Ada");
    await answer(opened, GRACE);
    expect(text(opened)).toBe("Grace");
  });

  it("does not mount on data that is known to be stale", async () => {
    const opened = page(shown());
    await settle();
    await answer(opened, ADA);
    opened.draw(null);
    await strike(opened);
    expect(opened.net.sent).toHaveLength(1);
    opened.draw(shown());
    expect(text(opened)).toBe("...");
    await settle();
    await answer(opened, GRACE);
    expect(text(opened)).toBe("Grace");
  });

  it("suspends for other parameters, but not in a transition", async () => {
    let go: (id: number) => void = () => undefined;
    const Inside = () => {
      const [id, setId] = useState(5);
      go = setId;
      return <Name id={id} />;
    };
    const opened = page(shown(<Inside />));
    await settle();
    await answer(opened, ADA);
    act(() => {
      startTransition(() => {
        go(6);
      });
    });
    await settle();
    expect(text(opened)).toBe("Ada");
    await answer(opened, GRACE);
    expect(text(opened)).toBe("Grace");
    act(() => {
      go(7);
    });
    expect(text(opened)).toContain("...");
    await settle();
    await answer(opened, ADA);
    expect(text(opened)).toBe("Ada");
  });

  it("says while a transition waits, and follows what changes meanwhile", async () => {
    let go: (id: number) => void = () => undefined;
    const Inside = () => {
      const [id, setId] = useState(5);
      const [isPending, start] = useTransition();
      go = (next) => {
        start(() => {
          setId(next);
        });
      };
      return (
        <>
          {isPending && "waiting "}
          <Name id={id} />
        </>
      );
    };
    const opened = page(shown(<Inside />));
    await settle();
    await answer(opened, ADA);
    act(() => {
      go(6);
    });
    await settle();
    expect(text(opened)).toBe("waiting Ada");
    const { length } = opened.net.sent;
    const six = opened.net.last();
    await strike(opened);
    await act(() => opened.net.sent[length]?.reply({ ...ADA, name: "Augusta" }));
    expect(text(opened)).toBe("waiting Augusta");
    await act(() => six.reply(GRACE));
    expect(text(opened)).toBe("waiting Augusta");
    await answer(opened, { ...GRACE, name: "Hopper" });
    expect(text(opened)).toBe("Hopper");
  });

  it("throws an error to the boundary, and tries anew after that", async () => {
    const opened = page(shown());
    await settle();
    await answer(opened, ...problem("internal", 500));
    expect(text(opened)).toBe("internal");
    await settle();
    expect(opened.net.sent).toHaveLength(1);
    again(opened);
    expect(text(opened)).toBe("internal");
    vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + 1_000 });
    again(opened);
    vi.useRealTimers();
    await settle();
    expect(text(opened)).toBe("...");
    await answer(opened, ADA);
    expect(text(opened)).toBe("Ada");
  });

  it("tries anew at once when an invalidation asks for it", async () => {
    const opened = page(shown());
    await settle();
    await answer(opened, ...problem("internal", 500));
    await strike(opened);
    again(opened);
    await settle();
    expect(text(opened)).toBe("...");
    await answer(opened, ...problem("forbidden", 403));
    expect(text(opened)).toBe("forbidden");
    const Other = () => <i>{useUser({ user_id: 5 }).status}</i>;
    opened.draw([shown(), <Other key="other" />]);
    await settle();
    opened.draw([<Other key="other" />, <p key="new">{shown()}</p>]);
    expect(text(opened)).toBe("error...");
    await answer(opened, ADA);
    expect(text(opened)).toBe("successAda");
  });

  it("shows data beside an error", async () => {
    const opened = page(shown());
    await settle();
    await answer(opened, ADA);
    await strike(opened);
    await answer(opened, ...problem("internal", 500));
    expect(text(opened)).toBe("Ada");
    opened.draw(null);
    opened.draw(shown());
    await settle();
    await answer(opened, ...problem("internal", 500));
    expect(text(opened)).toBe("Ada");
  });

  it.each([401, 403, 404])("shows no data that %s takes away", async (status) => {
    const opened = page(shown());
    await settle();
    await answer(opened, ADA);
    await strike(opened);
    await answer(opened, ...problem("denied", status));
    expect(text(opened)).toBe("denied");
    const { length } = opened.net.sent;
    await strike(opened);
    again(opened);
    await settle();
    expect(text(opened)).toBe("...");
    expect(opened.net.sent).toHaveLength(length + 1);
    await answer(opened, GRACE);
    expect(text(opened)).toBe("Grace");
  });

  it("suspends again when a reset has cleared everything", async () => {
    const opened = page(shown());
    await settle();
    await answer(opened, ADA);
    act(() => {
      reset(opened.client);
    });
    expect(text(opened)).toContain("...");
    await settle();
    await answer(opened, GRACE);
    expect(text(opened)).toBe("Grace");
  });

  it("neither loses nor fetches anew what it waited for, however short times are", async () => {
    const opened = page(shown(<Name staleTime={0} />), { gcTime: 0, staleTime: 0 });
    await settle();
    await answer(opened, ADA);
    await settle();
    expect(text(opened)).toBe("Ada");
    expect(opened.net.sent).toHaveLength(1);
  });

  it("mounts on data that is as young as the client wants it", async () => {
    const opened = page(shown());
    await settle();
    await answer(opened, ADA);
    opened.draw(null);
    vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + 4_000 });
    opened.draw(shown());
    await settle();
    expect(opened.net.sent).toHaveLength(1);
    opened.draw(null);
    vi.setSystemTime(Date.now() + 4_000);
    opened.draw(shown());
    await settle();
    vi.useRealTimers();
    expect(opened.net.sent).toHaveLength(2);
    expect(text(opened)).toBe("Ada");
  });

  it("keeps what has arrived while it waits for something else", async () => {
    const Both = () => `${useSuspenseUser({ user_id: 5 }).name} ${useSuspenseSession().name}`;
    const opened = page(shown(<Both />), { gcTime: 0 });
    await settle();
    await answer(opened, ADA);
    await act(() => new Promise((resolve) => setTimeout(resolve, 20)));
    await answer(opened, { name: "in" });
    expect(text(opened)).toBe("Ada in");
    expect(opened.net.sent).toHaveLength(2);
  });

  it("forgets it in the end, as gcTime says", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout"] });
    const opened = page(shown(), { gcTime: 0 });
    await settle();
    await answer(opened, ADA);
    opened.draw(null);
    await act(() => vi.advanceTimersByTimeAsync(20_000));
    expect(opened.client.instances.size).toBe(1);
    await act(() => vi.advanceTimersByTimeAsync(20_000));
    expect(opened.client.instances.size).toBe(0);
    vi.useRealTimers();
  });
});

// @vitest-environment jsdom
import { contextHook, isEqual, MizanProvider, useInstance, useMizan } from "@mizan/react";
import type { ContextResult } from "@mizan/react";
import { createClient, invalidate, MizanError, on, reset } from "@mizan/runtime";
import { act, cleanup, render } from "@testing-library/react";
import { startTransition, useState } from "react";
import { flushSync } from "react-dom";
import { afterEach, describe, expect, expectTypeOf, it } from "vitest";
import { problem } from "../../runtime/test/fake.js";
import { answer, page, quiet, settle, type User } from "./support.js";
import { ADA, useUser, Watch } from "./watch.js";

afterEach(cleanup);

const useSession = contextHook<{ full?: boolean }, { name: string }>({ name: "session" });

describe("contextHook", () => {
  it("shows what the server said, fetched once", async () => {
    const Name = () => {
      const { data, isPending } = useUser({ user_id: 5 });
      return <p>{isPending ? "..." : data?.name}</p>;
    };
    const opened = page(<Name />);
    await settle();
    expect(opened.container.textContent).toBe("...");
    await answer(opened, ADA);
    expect(opened.container.textContent).toBe("Ada");
    expect(opened.net.sent).toHaveLength(1);
  });

  it("needs no parameters where none is required, and types what it gives", async () => {
    const Session = () => {
      const { data, error, status } = useSession();
      expectTypeOf(data).toEqualTypeOf<{ name: string } | undefined>();
      expectTypeOf(error).toEqualTypeOf<MizanError<string> | undefined>();
      const length = useSession({}, { select: ({ name }) => name.length }).data;
      expectTypeOf(length).toEqualTypeOf<number | undefined>();
      return (
        <p>
          {status} {length}
        </p>
      );
    };
    // @ts-expect-error: user_id is missing
    expectTypeOf(useUser).toBeCallableWith();
    const opened = page(<Session />);
    await settle();
    expect(opened.net.last().url).toBe("/api/ctx/session/");
    await answer(opened, { name: "Ada" });
    expect(opened.container.textContent).toBe("success 3");
  });

  it("follows invalidations and shows data meanwhile", async () => {
    const seen: unknown[] = [];
    const show = (result: ContextResult<User>) => [
      result.data?.name,
      result.isStale,
      result.isFetching,
    ];
    const opened = page(<Watch seen={seen} show={show} />);
    await settle();
    await answer(opened, ADA);
    expect(seen.at(-1)).toEqual(["Ada", false, false]);
    act(() => {
      invalidate(opened.client, "user");
    });
    await settle();
    expect(seen.at(-1)).toEqual(["Ada", true, true]);
    await answer(opened, { ...ADA, name: "Grace" });
    expect(seen.at(-1)).toEqual(["Grace", false, false]);
  });

  it("shows an error, and the data beside it", async () => {
    const seen: unknown[] = [];
    const show = ({ data, error, status, isPending }: ContextResult<User>) => ({
      name: data?.name,
      code: error?.code,
      status,
      isPending,
    });
    const opened = page(<Watch seen={seen} show={show} />);
    await settle();
    await answer(opened, ...problem("forbidden", 403));
    expect(seen.at(-1)).toEqual({ code: "forbidden", status: "error", isPending: false });
    act(() => {
      invalidate(opened.client, "*");
    });
    await settle();
    await answer(opened, ADA);
    expect(seen.at(-1)).toEqual({ name: "Ada", status: "success", isPending: false });
    act(() => {
      invalidate(opened.client, "*");
    });
    await settle();
    await answer(opened, ...problem("internal", 500));
    expect(seen.at(-1)).toMatchObject({ name: "Ada", code: "internal", status: "error" });
  });

  it("draws other parameters and forgets the old ones", async () => {
    const seen: unknown[] = [];
    const opened = page(<Watch seen={seen} id={5} />);
    await settle();
    await answer(opened, ADA);
    opened.draw(<Watch seen={seen} id={6} />);
    expect(seen.at(-1)).toBeUndefined();
    await settle();
    expect(opened.net.last().url).toBe("/api/ctx/user/?user_id=6");
    await answer(opened, { ...ADA, name: "Grace" });
    expect(seen.at(-1)).toMatchObject({ name: "Grace" });
    act(() => {
      invalidate(opened.client, { context: "user", params: { user_id: 5 } });
    });
    await settle();
    expect(opened.net.sent).toHaveLength(2);
  });

  it("does not fetch what is not enabled, and shows what others fetched", async () => {
    const [seen, other]: [unknown[], unknown[]] = [[], []];
    const opened = page(<Watch seen={seen} enabled={false} />);
    await settle();
    expect(opened.net.sent).toHaveLength(0);
    opened.draw([<Watch key="1" seen={seen} enabled={false} />, <Watch key="2" seen={other} />]);
    await settle();
    await answer(opened, ADA);
    expect(seen.at(-1)).toEqual(ADA);
  });

  it("fetches when it becomes enabled", async () => {
    const opened = page(<Watch seen={[]} enabled={false} />);
    opened.draw(<Watch seen={[]} enabled />);
    await settle();
    expect(opened.net.sent).toHaveLength(1);
  });

  it("fetches anew what is older than staleTime when it mounts", async () => {
    const opened = page(<Watch seen={[]} />);
    await settle();
    await answer(opened, ADA);
    opened.draw([<Watch key="1" seen={[]} />, <Watch key="2" seen={[]} staleTime={60_000} />]);
    await settle();
    expect(opened.net.sent).toHaveLength(1);
    opened.draw(<Watch key="3" seen={[]} staleTime={0} />);
    await settle();
    expect(opened.net.sent).toHaveLength(2);
  });

  it("keeps showing the previous parameters' data if asked to", async () => {
    const seen: unknown[] = [];
    const show = ({ data, status, isPlaceholder }: ContextResult<User>) =>
      `${data?.name ?? "-"} ${status} ${isPlaceholder}`;
    const watch = (id: number) => <Watch seen={seen} id={id} keepPrevious show={show} />;
    const opened = page(watch(5));
    await settle();
    await answer(opened, ADA);
    opened.draw(watch(6));
    await settle();
    opened.draw(watch(7));
    await settle();
    expect(seen.at(-1)).toBe("Ada success true");
    await answer(opened, { ...ADA, name: "Grace" });
    expect(seen.at(-1)).toBe("Grace success false");
  });

  it("never keeps what a reset has cleared", async () => {
    const seen: unknown[] = [];
    const show = ({ data, status }: ContextResult<User>) => `${data?.name ?? "-"} ${status}`;
    const watch = (id: number) => <Watch seen={seen} id={id} keepPrevious show={show} />;
    const opened = page(watch(5));
    await settle();
    await answer(opened, ADA);
    act(() => {
      reset(opened.client);
    });
    expect(seen.at(-1)).toBe("- pending");
    await settle();
    await answer(opened, ADA);
    opened.draw(watch(6));
    expect(seen.at(-1)).toBe("Ada success");
    act(() => {
      reset(opened.client);
    });
    expect(seen.at(-1)).toBe("- pending");
    await settle();
    opened.draw(watch(5));
    expect(seen.at(-1)).toBe("- pending");
  });

  it.each(["a reset", "another client"])("keeps nothing beyond %s", async (how) => {
    const seen: unknown[] = [];
    const other = createClient({ baseUrl: "/api/", fetch: () => new Promise(() => undefined) });
    let leave: () => void = () => undefined;
    const Inside = () => {
      const [id, setId] = useState(5);
      const [client, setClient] = useState(useMizan());
      leave = () => {
        if (how === "a reset") reset(client);
        else setClient(other);
        setId(6);
      };
      return (
        <MizanProvider client={client}>
          <Watch seen={seen} id={id} keepPrevious />
        </MizanProvider>
      );
    };
    const opened = page(<Inside />);
    await settle();
    await answer(opened, ADA);
    const { length } = seen;
    act(() => {
      flushSync(() => {
        leave();
      });
    });
    await settle();
    expect(new Set(seen.slice(length))).toEqual(new Set([undefined]));
  });

  it("is one instance for all spellings, and fetches once in StrictMode", async () => {
    const opened = page([<Watch key="1" seen={[]} />, <Watch key="2" seen={[]} />]);
    await settle();
    expect(opened.net.sent).toHaveLength(1);
    opened.unmount();
    await act(() => opened.net.last().reply(ADA));
    act(() => {
      invalidate(opened.client, "*");
    });
    await settle();
    expect(opened.net.sent).toHaveLength(1);
  });

  it("uses the client of the provider, and another as soon as there is one", async () => {
    const seen: unknown[] = [];
    const opened = page(<Watch seen={seen} />);
    await settle();
    await answer(opened, ADA);
    const other = page(null);
    opened.draw(
      <MizanProvider client={other.client}>
        <Watch seen={seen} />
      </MizanProvider>,
    );
    expect(seen.at(-1)).toBeUndefined();
    await settle();
    await answer(other, { ...ADA, name: "Grace" });
    expect(seen.at(-1)).toMatchObject({ name: "Grace" });
  });

  it("says where there is no provider", () => {
    const Who = () => useMizan().options.baseUrl;
    expect(page(<Who />).container.textContent).toBe("/api/");
    const silence = quiet();
    expect(() => render(<Who />)).toThrow("No <MizanProvider client={...}> above this component");
    silence();
  });

  it("stays responsive in a transition to other parameters", async () => {
    let go: (id: number) => void = () => undefined;
    const Page = () => {
      const [id, setId] = useState(5);
      go = setId;
      return <p>{useUser({ user_id: id }).data?.name}</p>;
    };
    const opened = page(<Page />);
    await settle();
    await answer(opened, ADA);
    await act(async () => {
      startTransition(() => {
        go(6);
      });
      invalidate(opened.client, "user");
      await Promise.resolve();
    });
    await settle();
    const url = "/api/ctx/user/?user_id=6";
    const six = opened.net.sent.find((request) => request.url === url);
    await act(async () => six?.reply({ ...ADA, name: "Grace" }));
    expect(opened.container.textContent).toBe("Grace");
  });
});

describe("useInstance", () => {
  it("takes a context that is known only when it runs", async () => {
    const Any = ({ name }: { name: string }) => <p>{useInstance({ name }, {}).status}</p>;
    const opened = page(<Any name="one" />);
    const stop = on(opened.client, () => undefined);
    await settle();
    opened.draw(<Any name="two" />);
    await settle();
    stop();
    expect(opened.net.sent.map(({ url }) => url)).toEqual(["/api/ctx/one/", "/api/ctx/two/"]);
  });
});

describe("isEqual", () => {
  it.each([
    [{ a: [1, { b: null }] }, { a: [1, { b: null }] }, true],
    [{ a: 1 }, { a: 1, b: 2 }, false],
    [{ a: undefined }, { b: undefined }, false],
    [{ a: 1 }, { a: 2 }, false],
    [[], {}, false],
    [[1, 2], [1], false],
    [null, {}, false],
    [undefined, null, false],
    ["a", "a", true],
    [NaN, NaN, true],
    [1, "1", false],
    [new Date(0), new Date(0), false],
    [new Map(), new Map(), false],
  ])("of %j and %j", (one, other, expected) => {
    expect(isEqual(one, other)).toBe(expected);
    expect(isEqual(other, one)).toBe(expected);
  });
});

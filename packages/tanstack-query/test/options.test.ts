import { registerContext, type MizanContext, type MizanError } from "@mizan/runtime";
import { uuid } from "@mizan/runtime/coerce";
import {
  useMutation,
  useQueries,
  useQuery,
  useSuspenseQuery,
  type QueryClient,
} from "@tanstack/react-query";
import { describe, expect, expectTypeOf, it } from "vitest";
import { callOptions, contextKey, contextOptions } from "../src/index.js";
import { page, updateUser, user, type User } from "./page.js";

describe("contextKey", () => {
  it("has the canonical strings of all effective parameters", () => {
    expect(contextKey(user, { user_id: 5 })).toEqual([
      "mizan",
      "user",
      { page: "1", user_id: "5" },
    ]);
    expect(contextKey(user, { user_id: 5.0, page: 1 })).toEqual(contextKey(user, { user_id: 5 }));
    const order: MizanContext<{ id: string; tags?: string[] | null }> = {
      name: "order",
      coerce: { id: uuid },
    };
    const id = "0A1B2C3D-0000-4000-8000-000000000000";
    expect(contextKey(order, { id, tags: null })).toEqual([
      "mizan",
      "order",
      { id: id.toLowerCase() },
    ]);
  });

  it("leads to the same instance as the descriptor", async () => {
    const { client, queryClient } = page();
    const context: MizanContext<{ q: readonly (string | number)[]; on: boolean }> = {
      name: "list",
    };
    const params = { q: ["a b", 5], on: true };
    queryClient.query(contextOptions(client, context, params)).catch(() => undefined);
    expect([...client.instances.keys()]).toEqual([registerContext(client, context, params).key]);
    await queryClient.cancelQueries();
  });
});

describe("the types", () => {
  const { client } = page();
  const options = contextOptions(client, user, { user_id: 5 });

  it("of queries are those of the descriptor", () => {
    const hooks = (queryClient: QueryClient): void => {
      expectTypeOf(useQuery(options).data).toEqualTypeOf<User | undefined>();
      expectTypeOf(useQuery(options).error).toEqualTypeOf<MizanError | null>();
      expectTypeOf(useSuspenseQuery(options).data).toEqualTypeOf<User>();
      const select = ({ v }: User): string => `${v}`;
      const selected = contextOptions(client, user, { user_id: 5 }, { select, enabled: true });
      expectTypeOf(useQuery(selected).data).toEqualTypeOf<string | undefined>();
      const [first] = useQueries({ queries: [options] });
      expectTypeOf(first.data).toEqualTypeOf<User | undefined>();
      expectTypeOf(queryClient.query(options)).resolves.toEqualTypeOf<User>();
      expectTypeOf(queryClient.getQueryData(options.queryKey)).toEqualTypeOf<User | undefined>();
      // @ts-expect-error -- other data than the context has
      queryClient.setQueryData(options.queryKey, { w: 1 });
    };
    expectTypeOf(hooks).toBeFunction();
  });

  it("of mutations are those of the descriptor", () => {
    const hooks = (): void => {
      const mutation = useMutation(callOptions(client, updateUser));
      expectTypeOf(mutation.data).toEqualTypeOf<User | undefined>();
      expectTypeOf(mutation.error).toEqualTypeOf<MizanError<"app.taken"> | null>();
      mutation.mutate({ user_id: 5, v: 1 });
      // @ts-expect-error -- an argument is missing
      mutation.mutate({ user_id: 5 });
      // @ts-expect-error -- an argument has another type
      mutation.mutate({ user_id: "5", v: 1 });
      const optimistic = callOptions(client, updateUser, {
        onMutate: ({ v }) => ({ previous: v }),
        onError: (error, args, context) => {
          expectTypeOf(error).toEqualTypeOf<MizanError<"app.taken">>();
          expectTypeOf(args.v).toBeNumber();
          expectTypeOf(context?.previous).toEqualTypeOf<number | undefined>();
        },
      });
      expectTypeOf(useMutation(optimistic).context?.previous).toEqualTypeOf<number | undefined>();
    };
    expectTypeOf(hooks).toBeFunction();
  });

  it("refuse misuse", () => {
    const misuse = (): void => {
      // @ts-expect-error -- a parameter is missing
      contextOptions(client, user, {});
      // @ts-expect-error -- a parameter that there is not
      contextOptions(client, user, { user_id: 5, other: 1 });
      // @ts-expect-error -- a parameter of another type
      contextKey(user, { user_id: true });
      // @ts-expect-error -- the key and the queryFn are Mizan's
      contextOptions(client, user, { user_id: 5 }, { queryFn: () => ({ v: 1 }) });
      // @ts-expect-error -- calls are never sent twice
      callOptions(client, updateUser, { retry: 3 });
    };
    expectTypeOf(misuse).toBeFunction();
  });
});

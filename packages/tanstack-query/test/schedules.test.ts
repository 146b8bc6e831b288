/**
 * Random schedules against a model of the server: whatever happens in whatever order, in the end
 * each query shows the server's last state, or is known to be stale where nobody shows it.
 */

import { parseHeld } from "@mizan/protocol";
import { createClient, invalidate, type Client, type MizanFunction } from "@mizan/runtime";
import {
  MutationObserver,
  notifyManager,
  QueryClient,
  QueryObserver,
  type Query,
} from "@tanstack/react-query";
import fc from "fast-check";
import { expect, it } from "vitest";
import { callOptions, connect, contextKey, contextOptions } from "../src/index.js";
import { settled } from "./page.js";

interface Data {
  readonly value: number;
  /** How many mutations the server had made; absent from optimistic data. */
  readonly version?: number;
}

/** A request on its way: first the server acts on it, then the reply arrives. */
interface Message {
  readonly act: () => Response;
  readonly settle: { resolve: (response: Response) => void; reject: (error: Error) => void };
  response?: Response;
}

const USERS = [1, 2, 3];
const user = { name: "user" } as const;
const setUser: MizanFunction<{ user_id: number }> = {
  name: "set_user",
  affects: ({ user_id }) => [{ context: "user", params: { user_id } }],
};

class Server {
  version = 0;
  readonly values = new Map(USERS.map((id) => [id, 0]));
  open: Message[] = [];

  read(id: number): Data {
    return { value: this.values.get(id) ?? 0, version: this.version };
  }

  call({ args }: { args: { user_id: number } }, field: string | null): Response {
    this.version += 1;
    this.values.set(args.user_id, this.version);
    if (this.version % 5 === 0) return Response.json({ code: "internal" }, { status: 500 });
    const invalidated = [{ context: "user", params: args }];
    const fresh = parseHeld(field ?? "")
      .filter(({ params }) => Number(params["user_id"]) === args.user_id)
      .map((each) => ({ ...each, data: this.read(args.user_id) }));
    return Response.json({ result: null, invalidate: invalidated, fresh });
  }

  readonly fetch = (url: string, init: RequestInit): Promise<Response> =>
    new Promise((resolve, reject) => {
      const held = new Headers(init.headers).get("X-Mizan-Held");
      const id = Number(/user_id=(\d+)/.exec(url)?.[1]);
      const act = (): Response =>
        init.method === "POST"
          ? this.call(JSON.parse(init.body as string) as never, held)
          : Response.json(this.read(id));
      this.open.push({ act, settle: { resolve, reject } });
    });

  process(message: Message): void {
    message.response ??= message.act();
  }

  deliver(message: Message): void {
    message.response ??= message.act();
    this.open = this.open.filter((each) => each !== message);
    message.settle.resolve(message.response);
  }

  refuse(message: Message): void {
    message.response ??= Response.json({ code: "forbidden" }, { status: 403 });
    this.deliver(message);
  }

  lose(message: Message): void {
    this.open = this.open.filter((each) => each !== message);
    message.settle.reject(new TypeError("Failed to fetch"));
  }
}

const KINDS = {
  settle: 6,
  deliver: 6,
  mount: 4,
  call: 4,
  process: 3,
  unmount: 1,
  lose: 1,
  refuse: 1,
  invalidate: 1,
  prefetch: 1,
  refetch: 1,
  cancel: 1,
  remove: 1,
};

type Kind = keyof typeof KINDS;

const op = fc.tuple(
  fc.oneof(
    ...Object.entries(KINDS).map(([kind, weight]) => ({
      weight,
      arbitrary: fc.constant(kind as Kind),
    })),
  ),
  fc.nat({ max: 11 }),
);

class Page {
  readonly server = new Server();
  readonly client: Client;
  readonly queryClient = new QueryClient({ defaultOptions: { queries: { retry: false } } });
  readonly hides = new Map<number, (() => void)[]>(USERS.map((id) => [id, []]));
  readonly newest = new Map<number, number>();
  readonly faults: string[] = [];
  readonly end: () => void;

  constructor(readonly isOptimistic: boolean) {
    this.client = createClient({
      baseUrl: "/api/",
      fetch: this.server.fetch,
      timeout: 0,
      held: true,
    });
    this.end = connect(this.client, this.queryClient);
  }

  /** What is shown is never older than what was. */
  look(id: number, data: unknown): void {
    const { version } = (data ?? {}) as Partial<Data>;
    if (version === undefined || this.isOptimistic) return;
    const newest = this.newest.get(id) ?? -1;
    if (version < newest) this.faults.push(`${version} is shown after ${newest}`);
    this.newest.set(id, version);
  }

  mount(id: number, staleTime: number): void {
    const options = contextOptions<object, unknown>(
      this.client,
      user,
      { user_id: id },
      { staleTime },
    );
    const observer = new QueryObserver(this.queryClient, options);
    // As hooks draw: what observers hear of in one task is drawn once.
    const draw = notifyManager.batchCalls(() => {
      if (observer.hasListeners()) this.look(id, observer.getCurrentResult().data);
    });
    const hide = observer.subscribe(draw);
    this.hides.get(id)?.push(hide);
  }

  async run(kind: Kind, which: number): Promise<void> {
    const { server, queryClient, client } = this;
    const user_id = USERS[which % USERS.length] ?? 1;
    const queryKey = contextKey(user, { user_id });
    const staleTime = which % 2 ? Infinity : 0;
    const options = contextOptions<object, unknown>(client, user, { user_id }, { staleTime });
    const message = server.open[which % (server.open.length || 1)];
    if (kind === "settle") await settled();
    else if (kind === "mount") this.mount(user_id, staleTime);
    else if (kind === "unmount") this.hides.get(user_id)?.pop()?.();
    else if (kind === "call") this.call(user_id);
    else if (kind === "invalidate") {
      invalidate(client, which % 2 ? "user" : { context: "user", params: { user_id } });
    } else if (kind === "prefetch") queryClient.query(options).catch(() => undefined);
    else if (kind === "refetch") void queryClient.refetchQueries({ queryKey });
    else if (kind === "cancel") void queryClient.cancelQueries({ queryKey });
    else if (kind === "remove") queryClient.removeQueries({ queryKey, type: "inactive" });
    else if (message) server[kind](message);
  }

  call(user_id: number): void {
    const { queryClient, client, isOptimistic } = this;
    const queryKey = contextKey(user, { user_id });
    const plain = callOptions(client, setUser);
    const optimistic = callOptions(client, setUser, {
      onMutate: async () => {
        await queryClient.cancelQueries({ queryKey });
        const previous = queryClient.getQueryData(queryKey);
        queryClient.setQueryData(queryKey, { value: -1 });
        return previous;
      },
      onError: (_error, _args, previous) => {
        queryClient.setQueryData(queryKey, previous);
      },
    });
    new MutationObserver(queryClient, isOptimistic ? optimistic : plain)
      .mutate({ user_id })
      .catch(() => undefined);
  }

  async drain(): Promise<void> {
    await settled();
    while (this.server.open.length > 0) {
      for (const message of this.server.open) this.server.deliver(message);
      await settled();
    }
  }

  check(hasFailed: boolean): void {
    for (const query of this.queryClient.getQueryCache().getAll()) {
      if ((hasFailed || !query.isActive()) && isFailed(query)) continue;
      const { data, isInvalidated, fetchStatus } = query.state;
      const id = Number((query.queryKey[2] as { user_id: string }).user_id);
      const { value } = (data ?? {}) as Partial<Data>;
      expect({ id, value, isInvalidated, fetchStatus }).toEqual({
        id,
        value: this.server.read(id).value,
        isInvalidated: false,
        fetchStatus: "idle",
      });
    }
  }
}

/** A fetch that failed leaves a query without data, or as it was and invalidated. */
function isFailed({ state }: Query): boolean {
  return state.status !== "success" || state.isInvalidated;
}

// FAST_CHECK_RUNS=1000 by hand gives 10,000 of them.
const RUNS = 10 * Number(process.env["FAST_CHECK_RUNS"] ?? "100");

it(`shows the server's last state after each of ${RUNS} schedules`, { timeout: 0 }, async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(op, { minLength: 5, maxLength: 50 }),
      fc.boolean(),
      async (ops, isOptimistic) => {
        const page = new Page(isOptimistic);
        for (const [kind, which] of ops) await page.run(kind, which);
        await page.drain();
        page.check(ops.some(([kind]) => kind === "lose" || kind === "refuse"));
        void page.queryClient.refetchQueries({ predicate: isFailed });
        await page.drain();
        page.check(false);
        expect(page.faults).toEqual([]);
        page.queryClient.clear();
        page.end();
      },
    ),
    { numRuns: RUNS },
  );
});

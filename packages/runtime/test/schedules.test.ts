/**
 * Random schedules against a model of the server: whatever happens in whatever order, the screen
 * shows the server's last state in the end, and never an older state after a newer one.
 */

import { parseHeld } from "@mizan/protocol";
import fc from "fast-check";
import { afterEach, expect, it, vi } from "vitest";
import { createClient, invalidate, mizanCall, prefetch, registerContext } from "../src/index.js";
import type { Client, Instance, MizanFunction, Target } from "../src/index.js";
import { settled } from "./fake.js";

interface Data {
  readonly value: number;
  /** How many mutations the server had made. */
  readonly version: number;
}

/** A request on its way: first the server acts on it, then the reply arrives. */
interface Message {
  readonly key: string | null;
  readonly act: () => Response;
  readonly settle: { resolve: (response: Response) => void; reject: (error: Error) => void };
  response?: Response;
  isOver?: boolean;
}

const USERS = [1, 2, 3];
const user = { name: "user" } as const;
const list = { name: "list" } as const;
const setUser: MizanFunction<{ user_id: number }> = {
  name: "set_user",
  affects: ({ user_id }) => [{ context: "user", params: { user_id } }, "list"],
};
const setAll: MizanFunction = { name: "set_all" };

/** The server, and the network between. */
class Model {
  version = 0;
  readonly values = new Map(USERS.map((id) => [id, 0]));
  readonly messages: Message[] = [];
  /** What must not happen, and did: an error thrown here would be one of the network. */
  readonly faults: string[] = [];
  read(context: string, id: number): Data {
    const sum = [...this.values.values()].reduce((a, b) => a + b);
    return { value: context === "list" ? sum : (this.values.get(id) ?? 0), version: this.version };
  }

  call(body: { function: string; args: { user_id?: number } }, field: string | null): Response {
    this.version += 1;
    const { user_id } = body.args;
    const ids = user_id === undefined ? USERS : [user_id];
    for (const id of ids) this.values.set(id, this.version);
    const targets: Target[] =
      user_id === undefined ? ["*"] : ["list", { context: "user", params: { user_id } }];
    const fresh = parseHeld(field ?? "")
      .filter(
        ({ context, params }) => context === "list" || ids.includes(Number(params["user_id"])),
      )
      .map((each) => ({
        ...each,
        data: this.read(each.context, Number(each.params["user_id"])),
      }));
    return Response.json({ result: this.version, invalidate: targets, fresh });
  }

  readonly fetch = (url: string, init: RequestInit): Promise<Response> =>
    new Promise((resolve, reject) => {
      const isCall = init.method === "POST";
      const [, context = "", id] = /ctx\/(\w+)\/(?:\?user_id=(\d+))?$/.exec(url) ?? [];
      const key = isCall ? null : url;
      if (key !== null) {
        const isRunning = this.open.some((each) => each.key === key);
        if (isRunning) this.faults.push(`two fetches of ${key} at once`);
      }
      const held = new Headers(init.headers).get("X-Mizan-Held");
      const act = (): Response =>
        isCall
          ? this.call(JSON.parse(init.body as string) as never, held)
          : Response.json(this.read(context, Number(id)));
      this.messages.push({ key, act, settle: { resolve, reject } });
    });

  get open(): Message[] {
    return this.messages.filter(({ isOver }) => !isOver);
  }

  process(message: Message): void {
    message.response ??= message.act();
  }

  deliver(message: Message): void {
    this.process(message);
    message.isOver = true;
    message.settle.resolve(message.response ?? Response.error());
  }

  lose(message: Message): void {
    message.isOver = true;
    message.settle.reject(new TypeError("Failed to fetch"));
  }
}

type Op = readonly [
  kind:
    | "mount"
    | "unmount"
    | "call"
    | "callAll"
    | "process"
    | "deliver"
    | "lose"
    | "invalidate"
    | "prefetch"
    | "giveUp"
    | "settle",
  which: number,
];

const op: fc.Arbitrary<Op> = fc.tuple(
  fc.oneof(
    { weight: 4, arbitrary: fc.constantFrom("mount", "call", "process", "settle" as const) },
    { weight: 5, arbitrary: fc.constantFrom("deliver", "settle" as const) },
    { weight: 1, arbitrary: fc.constantFrom("unmount", "callAll", "lose", "invalidate" as const) },
    { weight: 1, arbitrary: fc.constantFrom("prefetch", "giveUp" as const) },
  ),
  fc.nat({ max: 11 }),
);

/** A page: the client, what it shows, and what it has shown. */
class Page {
  readonly model = new Model();
  readonly client: Client;
  readonly instances: Instance[];
  readonly unmounts: (() => void)[][];
  readonly newest: number[];
  readonly controllers: AbortController[] = [];
  wake = (): void => undefined;

  constructor() {
    vi.stubGlobal("addEventListener", (type: string, listener: (event: Event) => void) => {
      if (type === "visibilitychange")
        this.wake = () => {
          listener(new Event(type));
        };
    });
    this.client = createClient({
      baseUrl: "/api/",
      fetch: this.model.fetch,
      timeout: 0,
      held: true,
    });
    this.instances = [
      ...USERS.map((user_id) => registerContext(this.client, user, { user_id })),
      registerContext(this.client, list, {}),
    ];
    this.unmounts = this.instances.map(() => []);
    this.newest = this.instances.map(() => -1);
    for (const [at, instance] of this.instances.entries()) {
      instance.subscribe(
        () => {
          this.look(at);
        },
        { enabled: false },
      );
    }
  }

  look(at: number): void {
    const { version = -1 } = (this.instances[at]?.getSnapshot().data ?? {}) as Partial<Data>;
    const newest = this.newest[at] ?? -1;
    if (version < newest) this.model.faults.push(`${version} is shown after ${newest}`);
    this.newest[at] = version;
  }

  async run([kind, which]: Op): Promise<void> {
    const { client, model, instances } = this;
    const at = which % instances.length;
    const user_id = USERS[which % USERS.length] ?? 1;
    const message = model.open[which % (model.open.length || 1)];
    switch (kind) {
      case "mount":
        this.unmounts[at]?.push(instances[at]?.subscribe(() => undefined) ?? (() => undefined));
        break;
      case "unmount":
        this.unmounts[at]?.pop()?.();
        break;
      case "call":
        this.call(setUser, { user_id }, which % 2 > 0);
        break;
      case "callAll":
        this.call(setAll, {}, which % 2 > 0);
        break;
      case "process":
        if (message) model.process(message);
        break;
      case "deliver":
        if (message) model.deliver(message);
        break;
      case "lose":
        if (message) model.lose(message);
        break;
      case "invalidate":
        invalidate(client, which % 2 ? "user" : { context: "user", params: { user_id } });
        break;
      case "prefetch":
        void prefetch(client, user, { user_id });
        break;
      case "giveUp":
        this.controllers[which % (this.controllers.length || 1)]?.abort();
        break;
      case "settle":
        await settled();
    }
  }

  call<A extends object>(fn: MizanFunction<A>, args: NoInfer<A>, held: boolean): void {
    const controller = new AbortController();
    this.controllers.push(controller);
    const options = { signal: controller.signal, held };
    mizanCall(this.client, fn, args, options).catch(() => undefined);
  }

  async drain(): Promise<void> {
    await settled();
    while (this.model.open.length > 0) {
      for (const message of this.model.open) this.model.deliver(message);
      await settled();
    }
  }

  check(failed: "failed ones too" | "failed ones not"): void {
    for (const [at, instance] of this.instances.entries()) {
      const { data, stale, status, isFetching } = instance.getSnapshot();
      if (!this.unmounts[at]?.length || (status === "error" && failed === "failed ones not"))
        continue;
      expect(isFetching).toBe(false);
      const context = instance.context;
      const wanted = this.model.read(context, Number(instance.params["user_id"])).value;
      expect({ key: instance.key, stale, value: (data as Data).value }).toEqual({
        key: instance.key,
        stale: false,
        value: wanted,
      });
    }
  }
}

afterEach(() => {
  vi.unstubAllGlobals();
});

// FAST_CHECK_RUNS=1000 by hand gives 50,000 of them.
const RUNS = 50 * Number(process.env["FAST_CHECK_RUNS"] ?? "100");

it(`shows the server's last state after each of ${RUNS} schedules`, { timeout: 0 }, async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(op, { minLength: 5, maxLength: 50 }), async (ops) => {
      const page = new Page();
      for (const each of ops) await page.run(each);
      await page.drain();
      page.check("failed ones not");
      page.wake();
      await page.drain();
      page.check("failed ones too");
      expect(page.model.faults).toEqual([]);
    }),
    { numRuns: RUNS },
  );
});

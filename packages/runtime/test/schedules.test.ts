/**
 * Random schedules against a model of the server: whatever happens in whatever order, the screen
 * shows the server's last state in the end, and never an older state after a newer one.
 */

import fc from "fast-check";
import { afterEach, expect, it, vi } from "vitest";
import { createClient, invalidate, mizanCall, prefetch, registerContext } from "../src/index.js";
import type { Client, Instance, MizanFunction } from "../src/index.js";
import { settled } from "./fake.js";
import { list, Model, setAll, setUser, user, USERS, type Data } from "./model.js";

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

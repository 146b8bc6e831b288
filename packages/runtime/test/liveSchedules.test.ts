/**
 * Random schedules of a live page: whatever is cut, replayed, lost or late, the screen shows the
 * server's last state in the end, by events alone; and a click costs one round trip.
 */

import fc from "fast-check";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { createClient, mizanCall, registerContext } from "../src/index.js";
import type { Client, Instance, MizanFunction } from "../src/index.js";
import { live } from "../src/live.js";
import { settled } from "./fake.js";
import { browser } from "./liveFake.js";
import { LiveModel } from "./liveModel.js";
import { list, setAll, setUser, user, USERS, type Data } from "./model.js";

const KINDS = {
  // Of the page.
  mount: 4,
  unmount: 1,
  call: 3,
  callAll: 1,
  online: 1,
  // Of the network.
  deliver: 8,
  process: 3,
  lose: 1,
  begin: 4,
  refuse: 1,
  tell: 6,
  tellAll: 2,
  cut: 2,
  // Of the server.
  foreign: 4,
  foreignAll: 1,
  followReads: 2,
  followStreams: 4,
  trim: 1,
  forget: 1,
  // Time.
  settle: 4,
  moment: 4,
  while: 2,
  long: 1,
};

type Op = readonly [kind: keyof typeof KINDS, which: number];

const op: fc.Arbitrary<Op> = fc.tuple(
  fc.oneof(
    ...Object.entries(KINDS).map(([kind, weight]) => ({
      weight,
      arbitrary: fc.constant(kind as keyof typeof KINDS),
    })),
  ),
  fc.nat({ max: 11 }),
);

class Page {
  readonly model = new LiveModel();
  readonly client: Client;
  readonly instances: Instance[];
  readonly unmounts: (() => void)[][];
  readonly window = new EventTarget();

  constructor() {
    vi.stubGlobal("addEventListener", this.window.addEventListener.bind(this.window));
    this.client = createClient(
      {
        baseUrl: "/api/",
        fetch: this.model.request,
        timeout: 0,
        held: true,
        // Nothing but events makes it read again.
        staleTime: Infinity,
        live: { poll: 1e9 },
      },
      live,
    );
    this.instances = [
      ...USERS.map((user_id) => registerContext(this.client, user, { user_id })),
      registerContext(this.client, list, {}),
    ];
    this.unmounts = this.instances.map(() => []);
  }

  async run([kind, which]: Op): Promise<void> {
    const { model } = this;
    const pick = <T>(all: readonly T[]): T | undefined => all[which % (all.length || 1)];
    const at = which % this.instances.length;
    const user_id = USERS[which % USERS.length] ?? 1;
    const message = pick(model.open);
    const asked = pick(model.asked);
    const begun = pick(model.begun);
    switch (kind) {
      case "mount":
        this.mount(at);
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
      case "online":
        this.window.dispatchEvent(new Event("online"));
        break;
      case "deliver":
        if (message) model.deliver(message);
        break;
      case "process":
        if (message) model.process(message);
        break;
      case "lose":
        if (message) model.lose(message);
        break;
      case "begin":
        if (asked) model.begin(asked);
        break;
      case "refuse":
        if (asked) model.refuse(asked, which % 3 ? 503 : 404);
        break;
      case "tell":
        if (begun) model.tell(begun, false);
        break;
      case "tellAll":
        if (begun) model.tell(begun, true);
        break;
      case "cut":
        (begun ?? asked)?.cut();
        break;
      case "foreign":
        model.foreign(user_id);
        break;
      case "foreignAll":
        model.foreign();
        break;
      case "followReads":
        model.follow(0);
        break;
      case "followStreams":
        model.follow(1);
        break;
      case "trim":
        model.trim();
        break;
      case "forget":
        model.forget();
        break;
      case "settle":
        await settled();
        break;
      case "moment":
        await this.pass(100);
        break;
      case "while":
        await this.pass(3_000);
        break;
      case "long":
        await this.pass(60_000);
    }
  }

  mount(at: number): void {
    this.unmounts[at]?.push(this.instances[at]?.subscribe(() => undefined) ?? (() => undefined));
  }

  call<A extends object>(fn: MizanFunction<A>, args: NoInfer<A>, held: boolean): void {
    mizanCall(this.client, fn, args, { held }).catch(() => undefined);
  }

  async pass(ms: number): Promise<void> {
    await vi.advanceTimersByTimeAsync(ms);
    await settled();
  }

  /** Everything arrives that is on its way, and nothing fails for so long, in ms. */
  async drain(ms: number): Promise<void> {
    const { model } = this;
    for (let rest = ms; rest > 0; rest -= 20_000) {
      for (const process of [0, 1]) model.follow(process);
      for (const each of model.asked) model.begin(each);
      await settled();
      for (const each of model.begun) model.tellRest(each);
      await settled();
      while (model.open.length > 0) {
        for (const message of model.open) model.deliver(message);
        await settled();
      }
      await this.pass(Math.min(rest, 20_000));
    }
  }

  /** What is mounted and is not what the server has. */
  get wrong(): unknown[] {
    return this.instances.flatMap(({ key, context, params, getSnapshot }, at) => {
      const { data, stale, status, isFetching } = getSnapshot();
      const isLeftOut = !this.unmounts[at]?.length || status === "error";
      const { value } = this.model.read(context, Number(params["user_id"]));
      const isRight = !stale && !isFetching && (data as Data | undefined)?.value === value;
      return isLeftOut || isRight ? [] : [{ key, data, value, stale, isFetching }];
    });
  }

  end(): void {
    this.window.dispatchEvent(new Event("pagehide"));
    vi.clearAllTimers();
  }
}

beforeEach(() => {
  browser();
  vi.mocked(Math.random).mockRestore();
});

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

const OFF = 460_000;
const RUNS = 10 * Number(process.env["FAST_CHECK_RUNS"] ?? "100");

it(`shows the server's last state after each of ${RUNS} schedules`, { timeout: 0 }, async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(op, { minLength: 5, maxLength: 60 }), async (ops) => {
      const page = new Page();
      for (const each of ops) await page.run(each);
      // Where there were no events, they are asked for again within that time.
      await page.drain(OFF);
      await page.drain(20_000);
      const { wrong } = page;
      page.end();
      expect(wrong).toEqual([]);
      expect(page.model.faults).toEqual([]);
    }),
    { numRuns: RUNS },
  );
});

it("reads nothing for its own calls, whenever their events come", { timeout: 0 }, async () => {
  const step = fc.constantFrom("tell", "deliver", "followStreams", "followReads", "settle");
  const click = fc.tuple(fc.nat({ max: 11 }), fc.array(fc.tuple(step, fc.nat({ max: 3 }))));
  await fc.assert(
    fc.asyncProperty(fc.array(click, { maxLength: 8 }), async (clicks) => {
      const page = new Page();
      for (const at of page.instances.keys()) page.mount(at);
      await page.drain(20_000);
      await page.drain(20_000);
      const before = page.model.messages.length;
      for (const [which, steps] of clicks) {
        page.call(setUser, { user_id: USERS[which % USERS.length] ?? 1 }, true);
        for (const each of steps) await page.run(each);
        // Of calls that overlap neither has the other's data.
        for (const message of page.model.open) page.model.deliver(message);
        await settled();
      }
      await page.drain(100_000);
      const { wrong } = page;
      page.end();
      expect(wrong).toEqual([]);
      expect(page.model.messages.length - before).toBe(clicks.length);
    }),
  );
});

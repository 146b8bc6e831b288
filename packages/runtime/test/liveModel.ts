/**
 * A model of a server with events: brokers that fail, processes that lag behind, streams that are cut.
 */

import { parseHeld, type Instance } from "@mizan/protocol";
import type { Target } from "../src/index.js";
import { Model } from "./model.js";

interface Event {
  readonly n: number;
  readonly targets: readonly Target[];
  readonly call: string;
}

/** A stream that was asked for, and perhaps begun. */
export class Stream {
  isOpen = true;
  isBegun = false;
  /** Up to where it was told; undefined: of nothing, but that it missed something. */
  at: number | undefined;
  body!: ReadableStreamDefaultController<Uint8Array>;

  constructor(
    readonly held: readonly Instance[],
    readonly last: string | null,
    readonly settle: { resolve: (response: Response) => void; reject: (error: Error) => void },
  ) {}

  write(type: string, id: string, data?: object): void {
    const lines = [
      type && `event: ${type}`,
      id && `id: ${id}`,
      data && `data: ${JSON.stringify(data)}`,
    ];
    this.body.enqueue(new TextEncoder().encode(`${lines.filter(Boolean).join("\n")}\n\n`));
  }

  cut(): void {
    if (!this.isOpen) return;
    this.isOpen = false;
    this.settle.reject(new TypeError("cut"));
    if (this.isBegun) this.body.error(new TypeError("cut"));
  }
}

export class LiveModel extends Model {
  epoch = 0;
  log: Event[] = [];
  count = 0;
  /** How much of the log two processes know: that of reads, that of streams. */
  seen = [0, 0];
  streams: Stream[] = [];

  override answer(context: string, id: number): Response {
    const headers = { "X-Mizan-Event": this.position(this.seen[0] ?? 0) };
    return Response.json(this.read(context, id), { headers });
  }

  override call(body: { args: { user_id?: number } }, headers: Headers): Response {
    const reply = super.call(body, headers);
    const { user_id } = body.args;
    this.publish(this.targetsOf(user_id), headers.get("X-Mizan-Call") ?? "");
    return reply;
  }

  /** A change by somebody else. */
  foreign(user_id?: number): void {
    this.publish(this.change(user_id), "");
  }

  private publish(targets: readonly Target[], call: string): void {
    this.count += 1;
    this.log.push({ n: this.count, targets, call });
  }

  private position(n: number): string {
    return `e${this.epoch}.${n}`;
  }

  readonly request = (url: string, init: RequestInit): Promise<Response> => {
    if (!url.includes("events/")) return this.fetch(url, init);
    return new Promise((resolve, reject) => {
      const fields = new URL(url, "http://x").searchParams.getAll("held");
      const held = fields.flatMap((each) => parseHeld(each));
      const last = new Headers(init.headers).get("Last-Event-ID");
      const stream = new Stream(held, last, { resolve, reject });
      init.signal?.addEventListener("abort", () => {
        stream.cut();
      });
      this.streams.push(stream);
    });
  };

  get asked(): Stream[] {
    return this.streams.filter(({ isOpen, isBegun }) => isOpen && !isBegun);
  }

  get begun(): Stream[] {
    return this.streams.filter(({ isOpen, isBegun }) => isOpen && isBegun);
  }

  begin(stream: Stream): void {
    stream.isBegun = true;
    const body = new ReadableStream<Uint8Array>({
      start: (controller) => {
        stream.body = controller;
      },
    });
    stream.settle.resolve(new Response(body, { headers: { "Content-Type": "text/event-stream" } }));
    const { last } = stream;
    const [seen] = this.seen.slice(1) as [number];
    const from = Number(/\d+$/.exec(last ?? "")?.[0]);
    const isKnown = last === this.position(from) && from >= this.first - 1 && from <= seen;
    stream.at = last === null ? seen : isKnown ? from : undefined;
    stream.write("ready", last === null ? this.position(seen) : "", { heartbeat: 15, refused: [] });
  }

  private get first(): number {
    return this.log[0]?.n ?? this.count + 1;
  }

  refuse(stream: Stream, status: number): void {
    stream.isOpen = false;
    stream.settle.resolve(Response.json({ code: "x" }, { status }));
  }

  /** Tells what one stream is to know: one event, or all as one. */
  tell(stream: Stream, together: boolean): void {
    const seen = this.seen[1] ?? 0;
    if (stream.at === undefined) {
      stream.at = seen;
      stream.write("invalidate", this.position(seen), { targets: ["*"], spread: 0 });
      return;
    }
    const { at } = stream;
    const news = this.log.filter(({ n }) => n > at && n <= seen).slice(0, together ? undefined : 1);
    const last = news.at(-1);
    if (!last) {
      stream.write("", this.position(at));
      return;
    }
    stream.at = last.n;
    const targets = news.flatMap((each) => this.visible(each.targets, stream.held));
    const calls = new Set(news.map(({ call }) => call));
    const call = calls.size === 1 ? last.call : "";
    if (targets.length === 0) return;
    const spread = together ? 500 : 0;
    stream.write("invalidate", this.position(last.n), { targets, spread, ...(call && { call }) });
  }

  /** Tells all that it is to know, one by one, and that it knows it. */
  tellRest(stream: Stream): void {
    while (stream.at !== this.seen[1]) this.tell(stream, false);
    this.tell(stream, false);
  }

  private visible(targets: readonly Target[], held: readonly Instance[]): Target[] {
    const shown = targets.flatMap((target): Target[] => {
      if (target === "*") return ["*"];
      const { context, params = {} } = typeof target === "string" ? { context: target } : target;
      return held.flatMap((each): Target[] => {
        if (each.context !== context) return [];
        const own = Object.entries(params).filter(([name]) => name in each.params);
        const isOther = own.some(([name, value]) => String(value) !== String(each.params[name]));
        return isOther ? [] : [{ context, params: Object.fromEntries(own) }];
      });
    });
    return shown;
  }

  /** A process hears of what was published. */
  follow(process: number): void {
    this.seen[process] = this.count;
  }

  trim(): void {
    const kept = this.log.filter(({ n }) => n > Math.min(...this.seen));
    // What a process has heard already it may tell from its memory, or not.
    for (const each of this.begun) {
      if (each.at !== undefined && each.at < (kept[0]?.n ?? this.count + 1) - 1)
        each.at = undefined;
    }
    this.log = kept;
  }

  /** The broker loses everything; who follows it tells so. */
  forget(): void {
    this.epoch += 1;
    this.log = [];
    this.seen = [this.count, this.count];
    for (const each of this.begun) each.at = undefined;
  }

  private targetsOf(user_id?: number): Target[] {
    return user_id === undefined ? ["*"] : ["list", { context: "user", params: { user_id } }];
  }
}

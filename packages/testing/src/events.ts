/**
 * Events (SPEC.md, section 17).
 * Invariant: who subscribes is told of everything after the position that he knows.
 */

import { canonicalJson, canonicalSet, type Target } from "@mizan/protocol";
import { HttpResponse } from "msw";

/** No heartbeats: a test ends sooner. */
const READY = 'event: ready\ndata: {"heartbeat":3600,"refused":[]}\n\n';

/** What a server tells, and whom. */
export class Events {
  readonly #streams = new Set<ReadableStreamDefaultController<Uint8Array>>();
  readonly #told: string[] = [];

  /** The position of what was told last, for X-Mizan-Event. */
  get position(): string {
    return `test.${this.#told.length}`;
  }

  /** Tells everybody what is stale; `call` is the name of the call that made it so. */
  tell(targets: readonly Target[], call: string | null): void {
    if (targets.length === 0) return;
    const data = canonicalJson({
      targets: [...canonicalSet(targets)],
      spread: 0,
      ...(call && { call }),
    });
    const id = `test.${this.#told.length + 1}`;
    const text = `event: invalidate\nid: ${id}\ndata: ${data}\n\n`;
    this.#told.push(text);
    for (const stream of this.#streams) stream.enqueue(bytesOf(text));
  }

  /** The reply to a subscription. */
  subscribe({ headers }: Request): Response {
    const [, last] = /^test\.(\d+)$/.exec(headers.get("Last-Event-ID") ?? "") ?? [];
    const from = last === undefined ? this.#told.length : Number(last);
    let own: ReadableStreamDefaultController<Uint8Array>;
    const body = new ReadableStream<Uint8Array>({
      start: (controller) => {
        own = controller;
        this.#streams.add(own);
        own.enqueue(bytesOf(READY + this.#told.slice(from).join("")));
      },
      cancel: () => {
        this.#streams.delete(own);
      },
    });
    const type = { "Content-Type": "text/event-stream", "Cache-Control": "no-store" };
    return new HttpResponse(body, { headers: type });
  }

  /** Ends all streams. */
  reset(): void {
    for (const stream of this.#streams) stream.close();
    this.#streams.clear();
  }
}

function bytesOf(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

/**
 * How long an origin is waited for (SPEC.md, section 16).
 * Invariant: the time does not run while a client is waited for, nor once it has ended.
 */

/** The time that an origin has. */
export class Patience {
  #timer: ReturnType<typeof setTimeout> | undefined;
  #hasEnded = false;
  #isBroken = false;

  /** @param milliseconds from the moment that all it waits for has come */
  constructor(
    private readonly milliseconds: number,
    private readonly over: () => void,
  ) {}

  /** Whether a body broke off. */
  get isBroken(): boolean {
    return this.#isBroken;
  }

  /** Begins from the start. */
  begin(): void {
    this.#pause();
    if (!this.#hasEnded) this.#timer = setTimeout(this.over, this.milliseconds);
  }

  /** Ends for good. */
  end(): void {
    this.#hasEnded = true;
    this.#pause();
  }

  /** A body as it is, for which the origin need not wait in its own time. */
  during(body: ReadableStream<Uint8Array> | null): ReadableStream<Uint8Array> | null {
    if (body === null) return null;
    const reader = body.getReader();
    const pull = async (controller: ReadableStreamDefaultController<Uint8Array>): Promise<void> => {
      this.#pause();
      try {
        const { done, value } = await reader.read();
        if (done) controller.close();
        else controller.enqueue(value);
      } catch (error) {
        this.#isBroken = true;
        throw error;
      } finally {
        this.begin();
      }
    };
    const cancel = (reason: unknown): Promise<void> => reader.cancel(reason);
    return new ReadableStream({ pull, cancel }, { highWaterMark: 0 });
  }

  #pause(): void {
    clearTimeout(this.#timer);
  }
}

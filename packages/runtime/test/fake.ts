/** A network under manual control: nothing is answered unless a test says so. */

/** A request that was sent. */
export interface Sent {
  readonly url: string;
  readonly method: string;
  readonly headers: Headers;
  /** The JSON of the body. */
  readonly body: unknown;
  readonly init: RequestInit;
  /** Answers with JSON, or with text as it is. */
  readonly reply: (body: unknown, init?: ResponseInit) => Promise<void>;
  /** Breaks the connection. */
  readonly fail: () => Promise<void>;
}

export interface Network {
  readonly fetch: (url: string, init: RequestInit) => Promise<Response>;
  /** Every request, in the order in which they were sent. */
  readonly sent: Sent[];
  /** The latest request. */
  readonly last: () => Sent;
}

export function network(): Network {
  const sent: Sent[] = [];
  const fetch = (url: string, init: RequestInit): Promise<Response> =>
    new Promise((resolve, reject) => {
      const { signal } = init;
      signal?.addEventListener("abort", () => {
        reject(signal.reason as Error);
      });
      sent.push({
        url,
        init,
        method: init.method ?? "GET",
        headers: new Headers(init.headers),
        body: typeof init.body === "string" ? JSON.parse(init.body) : init.body,
        reply: (body, options) => {
          resolve(new Response(typeof body === "string" ? body : JSON.stringify(body), options));
          return settled();
        },
        fail: () => {
          reject(new TypeError("Failed to fetch"));
          return settled();
        },
      });
    });
  const last = (): Sent => {
    const latest = sent.at(-1);
    if (!latest) throw new Error("Nothing was sent.");
    return latest;
  };
  return { fetch, sent, last };
}

/** When every microtask has run. */
export function settled(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}

/** A problem document as a server writes it. */
export function problem(code: string, status: number, more: object = {}): [object, ResponseInit] {
  const type = `https://w3id.org/mizan/v1/errors/${code}`;
  return [{ type, title: "Problem", status, code, ...more }, { status }];
}

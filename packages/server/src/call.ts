/**
 * A call, as the functions of a developer see it (SPEC.md, MZ-POL-007 and MZ-KEY-005).
 * Invariant: nothing of a request that may differ between two requests reaches a function of a
 * context unnoticed.
 */

import type { Asker, User } from "./identity.js";

export type Facets = Readonly<Record<string, (request: Request) => string>>;

/** In debugging: a function of a public context looked at what differs between requests. */
export class LeakError extends Error {
  override name = "LeakError";

  constructor(facet: string) {
    super(
      `A function of a public context looked at the ${facet} of its call, which may differ between ` +
        "requests that share a cached reply. Make it a parameter, bind it, declare the context " +
        "with userScoped: true, or declare a facet in vary and ask call.facet for that.",
    );
  }
}

/** Notes what functions of a context saw that is not a parameter. */
export class Witness {
  /** Whether they saw something that the key of a cache entry does not cover. */
  leaked = false;
  /** Whether they saw a facet of `vary`, which the key covers. */
  varied = false;

  /**
   * @param ofUser whether the context is one user's, so that it may look at him
   * @param strict whether to throw LeakError
   */
  constructor(
    private readonly ofUser: boolean,
    private readonly strict: boolean,
  ) {}

  see(what: "request" | "user" | "headers"): void {
    if (what === "user" && this.ofUser) return;
    this.leaked = true;
    if (this.strict && !this.ofUser) throw new LeakError(what);
  }
}

/** What a function is given beside its arguments. */
export class Call {
  readonly #asker: Asker | null;
  readonly #facets: Facets;
  readonly #witness: Witness | null;
  readonly #headers: Headers;

  /** @param asker who sends the request; null for a call of the server's own code */
  constructor(
    asker: Asker | null,
    facets: Facets = {},
    witness: Witness | null = null,
    headers = new Headers(),
  ) {
    this.#asker = asker;
    this.#facets = facets;
    this.#witness = witness;
    this.#headers = headers;
  }

  /** The request. Throws Error where the server's own code calls, without one. */
  get request(): Request {
    this.#witness?.see("request");
    if (this.#asker === null) throw new Error("There is no request: the server's own code calls.");
    return this.#asker.request;
  }

  /** Fields to be sent with the reply: `call.headers.append("Set-Cookie", …)`. */
  get headers(): Headers {
    this.#witness?.see("headers");
    return this.#headers;
  }

  /** The user who asks, null for nobody. Rejects with a Problem (401) where a token is no good. */
  async user(): Promise<User | null> {
    this.#witness?.see("user");
    return this.#asker === null ? null : this.#asker.user();
  }

  /** What the request gives for a facet of `vary`. Throws Error for one that is not declared. */
  facet(name: string): string {
    const facet = Object.hasOwn(this.#facets, name) ? this.#facets[name] : undefined;
    if (facet === undefined) throw new Error(`${name} is no facet of vary.`);
    if (this.#witness !== null) this.#witness.varied = true;
    return this.#asker === null ? "" : facet(this.#asker.request);
  }

  /** The same call, watched. */
  watched(witness: Witness): Call {
    return new Call(this.#asker, this.#facets, witness, this.#headers);
  }
}

/**
 * Reads: from what is kept, else from the origin (SPEC.md, section 10; RFC 9111, RFC 5861).
 * Invariant: a reply is sent from here only to whom it may be, and never past a purge that came
 * before the request for it.
 */

import { GROUPS } from "@mizan/protocol";
import { readUpTo } from "./body.js";
import { towardsClient, towardsOrigin, withoutConditions } from "./fields.js";
import { Flights } from "./flights.js";
import type { User } from "./identity.js";
import type { Keeper, Keys } from "./keeper.js";
import type { Setup } from "./options.js";
import { ask, OriginError, type Asked } from "./origin.js";
import type { Begun, Purges } from "./purges.js";
import { ageOf, failure, replyOf, withHeaders, withStatus } from "./reply.js";
import type { Entry } from "./store.js";
import { termOf } from "./term.js";

/** A read, and what is known of who sends it. */
export interface Read extends Asked {
  readonly user: User | null;
  readonly keys: Keys;
}

/** How a fetch ended. `passed` is for him alone who began it. */
type Landed =
  | { readonly kind: "kept"; readonly entry: Entry; readonly said: string }
  | { readonly kind: "passed"; readonly response: Response; readonly said: string }
  | { readonly kind: "failed"; readonly status: 502 | 504 };

const FAULTS = new Set([500, 502, 503, 504]);
// For so many milliseconds requests do not wait for each other after a reply that nobody may keep.
const ALONE = 10_000;
const MOST_ALONE = 1024;

/** Answers reads. */
export class Reader {
  readonly #flights = new Flights<Landed>();
  readonly #alone = new Map<string, number>();

  constructor(
    private readonly setup: Setup,
    private readonly purges: Purges,
    private readonly keeper: Keeper,
  ) {}

  /** The reply to GET or HEAD. */
  async read(asked: Read): Promise<Response> {
    const found = await this.keeper.find(asked.request, asked.keys);
    const now = this.setup.clock();
    const over = found === null ? Infinity : ageOf(found, now) - found.ttl;
    if (found !== null && over < found.whileRevalidate) {
      const isStale = over >= 0;
      if (isStale) this.#refresh(asked, found);
      return this.#reply(asked, found, now, `hit; ttl=${-Math.ceil(over)}`);
    }
    const landed = await this.#land(asked, found);
    return (await this.#orStale(asked, landed)) ?? this.#send(asked, landed, found !== null);
  }

  /** Asks anew for what is sent stale meanwhile. */
  #refresh(asked: Read, found: Entry): void {
    if (this.#flights.join(placeOf(asked), this.purges.latest) !== null) return;
    const work = this.#lead(asked, found).then(async (landed) => {
      if (landed.kind === "passed") await landed.response.body?.cancel();
    });
    this.setup.waitUntil(work.catch(this.setup.report));
  }

  /** Begins a fetch that others may share. */
  async #lead(asked: Read, found: Entry | null): Promise<Landed> {
    const place = placeOf(asked);
    const fetch = (): Promise<Landed> => this.#fetch(asked, found, false);
    const landed = await this.#flights.start(place, this.purges.latest, fetch);
    if (landed.kind === "passed") this.#markAlone(place);
    return landed;
  }

  /** The end of a fetch that others may share, or else of one's own. */
  async #land(asked: Read, found: Entry | null): Promise<Landed> {
    const place = placeOf(asked);
    if (asked.method === "HEAD" || (this.#alone.get(place) ?? 0) > this.setup.clock()) {
      return this.#fetch(asked, found, true);
    }
    const joined = this.#flights.join(place, this.purges.latest);
    if (joined === null) return this.#lead(asked, found);
    const landed = await joined;
    if (landed.kind === "failed") return landed;
    // Who shares the place shares its keys, so what was kept for it is his, too.
    const suits = landed.kind === "kept" && (await this.keeper.suits(asked.request, landed.entry));
    return suits ? { ...landed, said: "; collapsed" } : this.#fetch(asked, found, true);
  }

  /** Asks the origin, and keeps its reply if that may be. `alone`: for nobody else. */
  async #fetch(asked: Read, found: Entry | null, alone: boolean): Promise<Landed> {
    const begun = this.purges.begin();
    const headers = towardsOrigin(asked.request, asked.url);
    if (!alone) withoutConditions(headers);
    const etag = found === null ? null : new Headers(found.headers.map(([...p]) => p)).get("ETag");
    if (etag !== null && !alone) headers.set("If-None-Match", etag);
    const sent = this.setup.clock();
    const read = (response: Response): Promise<Landed> =>
      this.#take(asked, alone ? null : found, response, begun, sent);
    // A fetch that others may share goes on without the client who began it.
    const { signal } = asked.request;
    try {
      return await ask(this.setup, asked, read, { headers, ...(alone && { signal }) });
    } catch (error) {
      if (error instanceof OriginError) return { kind: "failed", status: error.status };
      throw error;
    } finally {
      this.purges.end(begun);
    }
  }

  async #take(
    asked: Read,
    found: Entry | null,
    response: Response,
    begun: Begun,
    sent: number,
  ): Promise<Landed> {
    const isSame = response.status === 304 && found !== null;
    const fresh = isSame ? this.#renewed(found, response) : response;
    const said = `; fwd-status=${response.status}`;
    const term = termOf(fresh, asked.user !== null, this.setup.grace);
    const key = term === null ? null : asked.keys[term.scope];
    const named = this.keeper.namesOf(asked, fresh.headers, term);
    const names = isSame ? renewedNames(found, named, response) : named;
    if (asked.method === "HEAD" || term === null || names === null || key === null) {
      return { kind: "passed", response: fresh, said };
    }
    const { maxEntryBytes } = this.setup;
    const body = isSame ? found.body : await readUpTo(fresh.body, maxEntryBytes);
    if (body instanceof ReadableStream) {
      const { status, headers } = fresh;
      return { kind: "passed", response: new Response(body, { status, headers }), said };
    }
    this.#alone.delete(placeOf(asked));
    const age = Number(/^[0-9]+$/.exec(fresh.headers.get("Age") ?? "0")?.[0] ?? 0);
    const kept = { key, term, names, body, born: sent - age * 1000, after: begun.after };
    const { entry, isStored } = await this.keeper.keep(asked, fresh, kept);
    return { kind: "kept", entry, said: isStored ? `${said}; stored` : said };
  }

  /** What is kept with the fields of a 304 (RFC 9111, section 3.2). */
  #renewed({ status, headers, body }: Entry, { headers: newer }: Response): Response {
    const merged = new Headers(headers.map(([...pair]) => pair));
    merged.delete("Age");
    merged.delete("Cache-Status");
    for (const [name, value] of newer) {
      if (name === "set-cookie") merged.append(name, value);
      else if (name !== "content-length") merged.set(name, value);
    }
    return new Response(status === 204 ? null : body, { status, headers: merged });
  }

  #markAlone(place: string): void {
    const [oldest] = this.#alone.keys();
    if (this.#alone.size >= MOST_ALONE && oldest !== undefined) this.#alone.delete(oldest);
    this.#alone.set(place, this.setup.clock() + ALONE);
  }

  /** What is kept past its term, where the origin is down and nothing was purged meanwhile. */
  async #orStale(asked: Read, landed: Landed): Promise<Response | null> {
    const isDown =
      landed.kind === "failed" || (landed.kind === "passed" && FAULTS.has(landed.response.status));
    if (!isDown) return null;
    const found = await this.keeper.find(asked.request, asked.keys);
    const now = this.setup.clock();
    const over = found === null ? Infinity : ageOf(found, now) - found.ttl;
    if (found === null || over >= found.ifError) return null;
    if (landed.kind === "passed") await landed.response.body?.cancel();
    return this.#reply(asked, found, now, `hit; ttl=${-Math.ceil(over)}; detail=error`);
  }

  #send(asked: Read, landed: Landed, isStale: boolean): Response {
    const why = `fwd=${isStale ? "stale" : "uri-miss"}`;
    if (landed.kind === "failed") return failure(landed.status);
    const said = why + landed.said;
    if (landed.kind === "kept") {
      return this.#reply(asked, landed.entry, this.setup.clock(), said);
    }
    const { response } = landed;
    const headers = towardsClient(response.headers, this.setup.keepTags);
    return withHeaders(response, withStatus(headers, said));
  }

  #reply({ request }: Read, entry: Entry, now: number, said: string): Response {
    const reply = replyOf(request, entry, now, said);
    return withHeaders(reply, towardsClient(reply.headers, this.setup.keepTags));
  }
}

/** The names of what a 304 renews: tags were taken from what is kept, and a 304 may leave them out. */
function renewedNames(
  { names }: Entry,
  named: ReadonlySet<string> | null,
  { headers }: Response,
): ReadonlySet<string> | null {
  if (named === null && headers.has(GROUPS)) return null;
  return new Set([...names, ...(named ?? [])]);
}

/** What a fetch is for: a public context's for all who ask, what may be one user's for him. */
function placeOf({ keys }: Read): string {
  return keys.own ?? keys.shared;
}

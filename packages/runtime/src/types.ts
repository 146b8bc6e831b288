/**
 * What the modules of the runtime pass to each other: types alone.
 * Invariant: nothing here exists when the code runs.
 */

import type { MizanError } from "./errors.js";

export type Scalar = string | number | boolean;

/** The value of a context parameter. */
export type ParamValue = Scalar | readonly Scalar[];

/** Parameters by name; null and undefined are absent. */
export type Params = Readonly<Record<string, ParamValue | null | undefined>>;

/** What is stale (SPEC.md, section 7): everything, a context, or a part of one. */
export type Target =
  | string
  | {
      readonly context: string;
      readonly params?: Params;
      readonly function?: string;
    };

/** The data of one instance: of `fresh`, and of pages that servers render. */
export interface Slice {
  readonly context: string;
  readonly params: Readonly<Record<string, ParamValue>>;
  readonly data: unknown;
}

/** A context as generated clients describe it; `P` are its parameters, `D` is its bundle. */
export interface MizanContext<P extends object = Params, D = unknown> {
  readonly name: string;
  /** Defaults of optional parameters. */
  readonly defaults?: Readonly<Record<string, ParamValue>>;
  /** The canonical form of parameters that have several spellings. */
  readonly coerce?: Readonly<Record<string, (value: never) => ParamValue>>;
  /** Never there: it holds the types. */
  readonly "~types"?: { readonly params: P; readonly data: D };
}

/** A function as generated clients describe it; `E` are the codes that it declares. */
export interface MizanFunction<A extends object = object, R = unknown, E extends string = never> {
  readonly name: string;
  /** What is stale when its reply is lost; absent: everything. */
  readonly affects?: (args: A) => readonly Target[];
  /** Another body than JSON. */
  readonly encode?: (name: string, args: object) => BodyInit;
  /** Never there: it holds the types. */
  readonly "~types"?: { readonly args: A; readonly result: R; readonly code: E };
}

/** The state of an instance at one time; another object means that something changed. */
export interface Snapshot<D = unknown> {
  /** The data; kept while it is stale and beside an error. */
  readonly data: D | undefined;
  readonly error: MizanError<string> | undefined;
  readonly status: "pending" | "success" | "error";
  readonly isFetching: boolean;
  /** Whether an invalidation overtook the data. */
  readonly stale: boolean;
  /** How many invalidations there were. */
  readonly generation: number;
  /** When the data came from the server, in ms of `Date.now()`; 0 for never. */
  readonly updatedAt: number;
}

export interface SubscribeOptions {
  /** Whether the instance is to be fetched for this subscription; true by default. */
  readonly enabled?: boolean | undefined;
  /** The age in ms from which data is fetched anew. */
  readonly staleTime?: number | undefined;
}

/** An instance of a context on a client. */
export interface Instance<D = unknown> {
  /** The canonical URL after `{base}ctx/`; equal instances have equal keys. */
  readonly key: string;
  readonly context: string;
  /** The effective parameters. */
  readonly params: Readonly<Record<string, ParamValue>>;
  readonly subscribe: (listener: () => void, options?: SubscribeOptions) => () => void;
  readonly getSnapshot: () => Snapshot<D>;
}

/** What became of a call: done, refused by the server, or nobody knows. */
export type Outcome = "done" | "refused" | "lost";

/** What happened to a client. */
export type MizanEvent =
  | { readonly type: "invalidate"; readonly targets: readonly Target[]; readonly source: string }
  | { readonly type: "reset" };

/** What is sent: a path after the base URL, and a body if it is a POST. */
export interface Request {
  readonly path: string;
  /** Why an instance is read; absent for calls. */
  readonly reason?: string;
  readonly body?: BodyInit | undefined;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly signal?: AbortSignal;
  /** Whether the body of the reply is read while it comes. */
  readonly open?: boolean;
}

/** What came back: JSON of a status 200 to 299, or an error. */
export interface Reply {
  readonly headers: Headers;
  readonly body?: unknown;
  readonly error?: MizanError<string>;
}

export interface ClientOptions {
  /** Where the server hangs its endpoints; ends with a slash. */
  readonly baseUrl: string;
  readonly fetch?: ((url: string, init: RequestInit) => Promise<Response>) | undefined;
  /** Further headers of each request. */
  readonly headers?: () => Readonly<Record<string, string>>;
  /** The name of the CSRF cookie; `csrftoken`; "" for none. */
  readonly csrf?: string;
  /** The digest of the client schema that the client was generated from. */
  readonly schema?: string;
  /** Told once of each other digest that the server has. */
  readonly onSkew?: (digest: string) => void;
  /** Whether calls carry X-Mizan-Held; by default where baseUrl is of the page's origin. */
  readonly held?: boolean;
  /** How long to wait for a reply, in ms; 30,000; 0 for ever. */
  readonly timeout?: number;
  /** How often a read that failed is tried again; 3. */
  readonly retry?: number;
  /** The age in ms from which data is fetched anew when mounted or focused; 5,000. */
  readonly staleTime?: number;
  /** How long an instance that nobody shows is kept, in ms; 300,000. */
  readonly gcTime?: number;
  readonly refetchOnFocus?: boolean;
  readonly refetchOnReconnect?: boolean;
  /** With the feature `live`: whether the server tells what others make stale. */
  readonly live?: boolean | LiveOptions;
}

export interface LiveOptions {
  /** How often what the server does not tell of is read while the page is seen, in ms; 30,000. */
  readonly poll?: number;
  /** Who is logged in, as far as the page knows; tabs of the same share one connection. */
  readonly identity?: () => string;
  /** Told when the server begins to tell what others make stale, and when it no longer does. */
  readonly onChange?: (isLive: boolean) => void;
}

/** What replays changes over the data of the server; `settled` as of `shown`. */
export interface View {
  (base: unknown, settled: boolean): unknown;
  layers: readonly Layer[];
}

/** A change that is shown before the server has made it. */
export interface Layer {
  readonly apply: (data: unknown) => unknown;
  /** Whether the server has made it, so that data that lands has it. */
  done: boolean;
}

/** An instance in the store. For this package only. */
export interface Entry {
  readonly key: string;
  readonly context: string;
  readonly params: Readonly<Record<string, ParamValue>>;
  /** The canonical strings of the parameters; none where the server has another spelling. */
  texts: ReadonlyMap<string, string>;
  readonly listeners: Set<() => void>;
  /** How many subscriptions want it fetched. */
  mounts: number;
  /** How many invalidations matched. */
  generation: number;
  /** How often data from the server was taken. */
  landed: number;
  /** Events up to this one are in its data, or have made it stale. */
  event?: string | undefined;
  /** Why a fetch is to begin as soon as the instance is mounted and none is running. */
  wanted?: string | undefined;
  /** What ends the fetch that is running. */
  flight?: AbortController | undefined;
  /** Data from the server, without what is replayed over it. */
  base?: unknown;
  view?: View | undefined;
  snapshot: Snapshot;
  timer?: ReturnType<typeof setTimeout>;
}

/** What a call sends to have its reply bring fresh data. */
export interface Hold {
  readonly headers: Readonly<Record<string, string>>;
  /** Takes what may be used of `fresh`, before anything else is applied; returns what shows it. */
  readonly take: (fresh?: readonly Slice[]) => () => void;
}

/** A client: all state of one user's session. Its members are for this package only. */
export interface Client {
  readonly options: ClientOptions;
  readonly instances: Map<string, Entry>;
  readonly taps: Set<(event: MizanEvent) => void>;
  queued: boolean;
  /** Whether anything was invalidated or forgotten: what was read before may be older. */
  changed?: boolean;
  // What features replace or add.
  exchange: (request: Request) => Promise<Reply>;
  readHeader: (field: string) => readonly Target[];
  /** What a call sends so that its reply brings fresh data; those it affects first. */
  hold?: (affects: readonly Target[]) => Hold;
  /** Called when nobody listens to an entry. */
  idle?: (entry: Entry) => void;
  /** Whether reads have to wait. */
  isPaused?: () => boolean;
}

/** A part of a client that pages may do without. */
export type Feature = (client: Client) => void;

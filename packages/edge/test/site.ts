/** A small site, an edge before it, and what asks it. */

import {
  canonicalUrl,
  etag,
  formatHeader,
  instanceGuards,
  Key,
  responseHeaders,
  signToken,
  tag,
  type Instance,
  type Jwk,
  type Manifest,
  type ManifestContext,
  type Target,
} from "@mizan/protocol";
import { createEdge, type Edge, type EdgeOptions } from "../src/index.js";

export const ORIGIN = "http://127.0.0.1:8000";
export const SITE = "http://shop.example";
export const AUDIENCE = "https://shop.example";
export const SECRET = new TextEncoder().encode("an edge's secret of 32 characters");
export const NOW = 1_800_000_000;

function context(name: string, given: Partial<ManifestContext>): [string, ManifestContext] {
  return [
    name,
    {
      endpoint: `/mizan/ctx/${name}/`,
      functions: [{ name: `${name}_all`, path: "rpc", rev: 0 }],
      parameters: [],
      bound_params: [],
      scope_params: [],
      views: [],
      page_routes: [],
      render_strategy: "psr",
      user_scoped: false,
      rev: 0,
      cache: true,
      ...given,
    },
  ];
}

const USER_ID = {
  name: "user_id",
  type: { type: "integer" },
  required: true,
  nullable: false,
} as const;

/** `stock` is for all, `user` is scoped, `orders` is each user's own, `cart` is so by a binding. */
export const MANIFEST: Manifest = {
  mizan: "1.0",
  base_url: "/mizan/",
  contexts: Object.fromEntries([
    context("stock", { page_routes: ["/", "/stock/"] }),
    context("user", {
      parameters: [USER_ID],
      scope_params: ["user_id"],
      page_routes: ["/profile/:user_id/", "/profile/:user_id/:tab/"],
    }),
    context("orders", { user_scoped: true }),
    context("cart", {
      user_scoped: true,
      bound_params: [{ name: "user_id", type: { type: "integer" } }],
      scope_params: ["user_id"],
    }),
  ]),
  mutations: {},
};

/** A pair of keys: what signs, and what an edge is given. */
export async function keyPair(kid: string): Promise<{ signing: Key; open: Jwk }> {
  const pair = await crypto.subtle.generateKey("Ed25519", true, ["sign", "verify"]);
  const { x = "", d = "" } = await crypto.subtle.exportKey("jwk", pair.privateKey);
  const open = { kty: "OKP", crv: "Ed25519", alg: "EdDSA", kid, x } as const;
  return { signing: Key.fromJwk({ ...open, d }), open };
}

const keys = await keyPair("k1");
export const OPEN_KEY = keys.open;

/** The identity token of a user. */
export function tokenFor(
  sub: string,
  { pkey = "0".repeat(32), exp = NOW + 290, signing = keys.signing } = {},
): Promise<string> {
  const claims = { sub, aud: AUDIENCE, iat: exp - 300, exp, pkey };
  return signToken(claims, [signing]);
}

type Handler = (request: Request) => Response | Promise<Response>;

export interface Told {
  readonly edge: Edge;
  /** What the origin was asked. */
  readonly seen: Request[];
  /** Moves the clock by so many seconds. */
  readonly wait: (seconds: number) => void;
  readonly reports: unknown[];
  readonly get: (path: string, headers?: Record<string, string>) => Promise<Response>;
  readonly send: (method: string, path: string, init?: RequestInit) => Promise<Response>;
}

/** An edge before an origin. */
export function before(
  origin: Handler,
  { isKeyless = false, ...options }: Partial<EdgeOptions> & { isKeyless?: boolean } = {},
): Told {
  let now = NOW * 1000;
  const seen: Request[] = [];
  const reports: unknown[] = [];
  const edge = createEdge({
    manifest: MANIFEST,
    origin: ORIGIN,
    ...(!isKeyless && { mwt: { keys: [OPEN_KEY], audience: AUDIENCE }, secret: SECRET }),
    clock: () => now,
    report: (error) => reports.push(error),
    fetch: async (request) => {
      seen.push(request);
      return await origin(request);
    },
    ...options,
  });
  const send = (method: string, path: string, init: RequestInit = {}): Promise<Response> =>
    edge(new Request(SITE + path, { method, ...init }));
  return {
    edge,
    seen,
    reports,
    wait: (seconds) => (now += seconds * 1000),
    get: (path, headers = {}) => send("GET", path, { headers }),
    send,
  };
}

/** What Cache-Status says of this edge, without its name. */
export function status(response: Response): string {
  const said = response.headers.get("Cache-Status") ?? "";
  return said.slice(said.lastIndexOf("mizan-edge; ") + "mizan-edge; ".length);
}

/** What a server answers to a read of an instance. */
export async function answer(
  instance: Instance,
  body: string,
  { user, cache = true }: { user?: string | null; cache?: number | boolean } = {},
): Promise<Response> {
  const { scope_params = [] } = MANIFEST.contexts[instance.context] ?? {};
  const facts = {
    kind: "context",
    cache,
    userScoped: user !== undefined,
    anonymous: user === null,
    edge: true,
    canonical: true,
    noStore: false,
    leaked: false,
    etag: await etag(body),
    url: canonicalUrl("/mizan/", instance.context, instance.params),
    tags: await Promise.all(instanceGuards(instance, scope_params).map(tag)),
  } as const;
  const headers = { ...responseHeaders(facts), "Content-Type": "application/json" };
  return new Response(body, { headers });
}

/** What a server answers to a call that made targets stale. */
export function done(targets: readonly Target[], headers: Record<string, string> = {}): Response {
  const field = formatHeader(targets);
  return new Response("{}", {
    headers: {
      "Cache-Control": "no-store",
      ...(field !== "" && { "X-Mizan-Invalidate": field }),
      ...headers,
    },
  });
}

export const STOCK: Instance = { context: "stock", params: {} };
export const USER = (id: number): Instance => ({ context: "user", params: { user_id: id } });
export const urlOf = (each: Instance): string => canonicalUrl("/mizan/", each.context, each.params);

export type Fields = Record<string, string>;

/** A site whose every reply has these fields, and a body that counts. */
export function counting(fields: Fields | ((asked: Request) => Fields), code = 200) {
  let count = 0;
  return before((asked) => {
    count += 1;
    const headers = typeof fields === "function" ? fields(asked) : fields;
    return new Response([204, 304].includes(code) ? null : `body ${count}`, {
      status: code,
      headers,
    });
  });
}

export const SHARED = { "Cache-Control": "public, s-maxage=60" };
export const text = async (response: Promise<Response>): Promise<string> => (await response).text();

/**
 * What an edge is made with (SPEC.md, sections 10 to 13).
 * Invariant: an edge never has a key by which tokens could be made.
 */

import { Key, type Jwk, type Manifest } from "@mizan/protocol";
import { namerOf, type Namer } from "./names.js";
import { MemoryStore, type Store } from "./store.js";
import type { Grace } from "./term.js";

/** Sends a request as it is, follows no redirect, and gives the reply as it came. */
export type Fetch = (request: Request) => Promise<Response>;

export interface EdgeOptions {
  /** What `manage.py export_edge_manifest` writes. */
  readonly manifest: Manifest;
  /** Where the server is: `http://127.0.0.1:8000`. Nothing else is ever asked. */
  readonly origin: string;
  /** The platform's by default. `@mizan/edge/node` has one that leaves bytes as they are. */
  readonly fetch?: Fetch;
  /** In memory by default. */
  readonly store?: Store;
  /** Public keys of identity tokens, and their audience. Without them no user's own is kept. */
  readonly mwt?: { readonly keys: readonly Jwk[]; readonly audience: string };
  /** Of the keys under which users' own replies are kept: at least 32 bytes, of this edge alone. */
  readonly secret?: Uint8Array<ArrayBuffer>;
  /** What who sends PURGE must show; without it nobody may. */
  readonly purgeToken?: string;
  /**
   * Contexts in which a user's mutation changes only what that user sees: a target that is the
   * whole context then purges, after his mutation, no other user's entries.
   */
  readonly ownContexts?: readonly string[];
  /** Whether a TLS server is in front, which alone asks: its X-Forwarded-Proto is believed. */
  readonly behindProxy?: boolean;
  /** Whether clients see tags: for another cache before this one. */
  readonly keepTags?: boolean;
  /** Seconds after its term in which a reply is sent while it is asked for anew; 0 by default. */
  readonly staleWhileRevalidate?: number;
  /** Seconds after its term in which a reply is sent because the origin is down; 0 by default. */
  readonly staleIfError?: number;
  /**
   * Seconds from the end of a request until the origin's reply has begun, or is whole where it is
   * kept; 30 by default.
   */
  readonly timeout?: number;
  /** Seconds within which a mutation that got no reply has committed or never will; 30 by default. */
  readonly inFlight?: number;
  /** The largest body that is kept, in bytes; 1 MiB by default. */
  readonly maxEntryBytes?: number;
  /** Milliseconds since 1970. */
  readonly clock?: () => number;
  /** Is told of what fails within the edge; the console by default. */
  readonly report?: (error: unknown) => void;
  /** Keeps a worker alive until what goes on after its reply has ended. */
  readonly waitUntil?: (work: Promise<unknown>) => void;
}

/** What all parts of an edge know. */
export interface Setup {
  readonly manifest: Manifest;
  readonly namer: Namer;
  readonly origin: URL;
  readonly fetch: Fetch;
  readonly store: Store;
  readonly mwt: {
    readonly keys: readonly Key[];
    readonly audience: string;
    readonly secret: Uint8Array<ArrayBuffer>;
  } | null;
  readonly purgeToken: string | null;
  readonly ownContexts: ReadonlySet<string>;
  readonly behindProxy: boolean;
  readonly keepTags: boolean;
  readonly grace: Grace;
  /** Milliseconds. */
  readonly timeout: number;
  readonly inFlight: number;
  readonly maxEntryBytes: number;
  readonly clock: () => number;
  readonly report: (error: unknown) => void;
  readonly waitUntil: (work: Promise<unknown>) => void;
}

/** An option is wrong: a mistake in the code that makes an edge. */
export class OptionError extends Error {
  override name = "OptionError";
}

/** @throws OptionError for what is wrong; SecretError or WireError for a key that is none */
export function settle(options: EdgeOptions): Setup {
  const { manifest, staleWhileRevalidate = 0, staleIfError = 0 } = options;
  return {
    manifest,
    namer: namerOf(manifest),
    origin: originOf(options.origin),
    fetch: options.fetch ?? platformFetch,
    store: options.store ?? new MemoryStore(),
    mwt: tokensOf(options),
    purgeToken: purgeTokenOf(options),
    ownContexts: ownContextsOf(options),
    behindProxy: options.behindProxy ?? false,
    keepTags: options.keepTags ?? false,
    grace: { whileRevalidate: staleWhileRevalidate, ifError: staleIfError },
    timeout: (options.timeout ?? 30) * 1000,
    inFlight: (options.inFlight ?? 30) * 1000,
    maxEntryBytes: options.maxEntryBytes ?? 1024 * 1024,
    clock: options.clock ?? Date.now,
    report: options.report ?? console.error,
    waitUntil: options.waitUntil ?? (() => undefined),
  };
}

/** Platforms decode bodies on their own terms, so none is asked to be encoded. */
function platformFetch(request: Request): Promise<Response> {
  const headers = new Headers(request.headers);
  headers.set("Accept-Encoding", "identity");
  return fetch(new Request(request, { headers }));
}

function originOf(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : null;
  const isPlain = url !== null && /^https?:$/.test(url.protocol) && url.href === `${url.origin}/`;
  if (!isPlain) {
    throw new OptionError(
      `origin: expected an http(s) URL of a host alone, such as http://127.0.0.1:8000, got ${text}.`,
    );
  }
  return url;
}

const SHORTEST_SECRET = 32;

function tokensOf({ mwt, secret }: EdgeOptions): Setup["mwt"] {
  if (mwt === undefined) return null;
  for (const jwk of mwt.keys) {
    if (jwk.kty === "OKP" && jwk.d === undefined) continue;
    throw new OptionError(
      `mwt.keys: an edge has public keys only, and ${jwk.kid} could make tokens. ` +
        "Give it the Ed25519 key without d; a server may sign with that and go on verifying others.",
    );
  }
  if (mwt.keys.length === 0) throw new OptionError("mwt.keys: expected at least one key.");
  if (mwt.audience === "") throw new OptionError("mwt.audience: expected the tokens' audience.");
  if (secret === undefined || secret.length < SHORTEST_SECRET) {
    throw new OptionError(`secret: expected at least ${SHORTEST_SECRET} bytes, as there is mwt.`);
  }
  return { keys: mwt.keys.map((jwk) => Key.fromJwk(jwk)), audience: mwt.audience, secret };
}

function purgeTokenOf({ purgeToken }: EdgeOptions): string | null {
  if (purgeToken === undefined) return null;
  if (/^[!-~]{16,}$/.test(purgeToken)) return purgeToken;
  throw new OptionError(
    "purgeToken: expected at least 16 visible ASCII characters without spaces.",
  );
}

function ownContextsOf({ manifest, ownContexts = [] }: EdgeOptions): ReadonlySet<string> {
  for (const name of ownContexts) {
    const context = Object.hasOwn(manifest.contexts, name) ? manifest.contexts[name] : undefined;
    if (context === undefined) {
      throw new OptionError(`ownContexts: the manifest has no context ${name}.`);
    }
    // Of a context with a scope a whole one was meant so, or made of many (MZ-HDR-005).
    if (!context.user_scoped || context.scope_params.length > 0) {
      throw new OptionError(
        `ownContexts: expected user-scoped contexts without scope parameters, which ${name} is not.`,
      );
    }
  }
  return new Set(ownContexts);
}

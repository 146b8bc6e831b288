/**
 * What an app is made of, and how it finds out who asks (SPEC.md, sections 10, 12 and 13).
 * Invariant: every default is safe; what guards something is asked for.
 */

import { DeclarationError, Key, NETWORKS, type Jwk, type Network } from "@mizan/protocol";
import type { CacheOptions } from "./cache.js";
import type { Facets } from "./call.js";
import type { CsrfOptions } from "./csrf.js";
import type { AnyFunction } from "./declare.js";
import type { Identification, User } from "./identity.js";
import type { Schemas } from "./schema.js";
import type { Validator } from "./validate.js";

/** Identity tokens. */
export interface TokenOptions {
  /** JWKs: the first signs, all verify. */
  readonly keys: readonly Jwk[];
  /** What the `aud` of a token has to be. */
  readonly audience: string;
  /** The secret of permission keys, of at least 32 bytes (MZ-KEY-004). */
  readonly pkeySecret: string;
  /** How long a token is good for, in seconds; 300 by default. */
  readonly ttl?: number;
}

/** An edge that is purged. */
export interface EdgeOptions {
  /** The networks that are told tags in a field of their own, beside `Cache-Groups`. */
  readonly tags?: readonly Network[];
}

export interface AppOptions {
  readonly functions: readonly AnyFunction[];
  /** What holds values to their schemas: `ajvValidator()` of `@mizan/server/ajv`. */
  readonly validator: Validator;
  /** Where the endpoints hang; `/mizan/` by default. */
  readonly baseUrl?: string;
  /** Schemas that others refer to as `#/$defs/NAME`. */
  readonly definitions?: Schemas;
  /** Names of parameters that make a context user-scoped; `user_id` by default. */
  readonly identityParams?: readonly string[];
  readonly tokens?: TokenOptions;
  /** The logged-in user of a request's session, null for nobody. */
  readonly session?: (request: Request) => User | null | Promise<User | null>;
  /** The user of a token, by its `sub`; null where he is gone. Without it his id is all. */
  readonly user?: (sub: string) => User | null | Promise<User | null>;
  readonly csrf?: CsrfOptions;
  /**
   * Runs work in a transaction, which commits where it resolves and rolls back where it rejects.
   * Without it nothing is atomic, and what fails is reported with what it may have made stale.
   */
  readonly transaction?: <T>(work: () => Promise<T>) => Promise<T>;
  /** The origin cache, in the memory of this process; false: none. */
  readonly cache?: CacheOptions | false;
  /** Whether an edge that is purged stands before the server, and what it is told. */
  readonly edge?: boolean | EdgeOptions;
  /** Facets of requests by which cached replies may vary: `call.facet("language")`. */
  readonly vary?: Facets;
  /** The largest body of a request, in bytes; 1 MiB by default. */
  readonly bodyLimit?: number;
  /** Whether clients are told what an unexpected error says. */
  readonly debug?: boolean;
  /** Told of unexpected errors; by default they go to the console. */
  readonly report?: (error: unknown, request: Request | null) => void;
}

export const BASE_URL = "/mizan/";
export const BODY_LIMIT = 1024 * 1024;

/**
 * The networks that an edge is told tags for; null where no edge stands before the server.
 *
 * @throws DeclarationError
 */
export function networksOf({ edge = false }: AppOptions): readonly Network[] | null {
  if (edge === false) return null;
  const { tags = [] } = edge === true ? {} : edge;
  for (const each of tags) {
    if (Object.hasOwn(NETWORKS, each)) continue;
    const known = Object.keys(NETWORKS).join(", ");
    throw new DeclarationError("declaration.option", `edge: ${each} is none of ${known}.`);
  }
  return tags;
}

/** @throws DeclarationError; SecretError `key.secret`; WireError for a JWK that is none */
export function identificationOf(options: AppOptions): Identification {
  const { tokens, session, user, functions } = options;
  const named = functions.find((each) => typeof each.options.permission === "string");
  if (named !== undefined && user === undefined && tokens !== undefined) {
    const what = `${named.options.name} needs a permission by name`;
    throw new DeclarationError("declaration.option", `${what}: say in user who has it.`);
  }
  return {
    tokens: tokens
      ? {
          keys: tokens.keys.map((key) => Key.fromJwk(key)),
          audience: tokens.audience,
          ttl: tokens.ttl ?? 300,
        }
      : null,
    pkeySecret: tokens
      ? new TextEncoder().encode(tokens.pkeySecret)
      : crypto.getRandomValues(new Uint8Array(32)),
    session,
    user,
    now: () => Math.floor(Date.now() / 1000),
  };
}

/**
 * Who asks: the token of a request, else its session (SPEC.md, section 13).
 * Invariant: a token that is there and not valid is a 401, never a fall-back to the session.
 */

import { type Key, MizanError, permissionKey, tokenOf, verifyToken } from "@mizan/protocol";
import { BAD_TOKEN, Problem } from "./problem.js";

/** A user, as `session` and `user` of the app return him; an app may add members to it. */
export interface User {
  readonly id: string | number;
  /** Names of what he may do. */
  readonly permissions?: Iterable<string>;
  readonly staff?: boolean;
  /** Whether he may do everything. */
  readonly superuser?: boolean;
}

/** Who asks: `sub` (null: anonymous), the permission key, and whether a token proved it. */
export interface Identity {
  readonly sub: string | null;
  readonly pkey: string | null;
  readonly byToken: boolean;
}

export const ANONYMOUS: Identity = { sub: null, pkey: null, byToken: false };

export type Secret = Uint8Array<ArrayBuffer>;

/** How an app finds out who asks. */
export interface Identification {
  readonly tokens: {
    readonly keys: readonly Key[];
    readonly audience: string;
    readonly ttl: number;
  } | null;
  readonly pkeySecret: Secret;
  readonly session: ((request: Request) => Awaitable<User | null>) | undefined;
  readonly user: ((sub: string) => Awaitable<User | null>) | undefined;
  /** Seconds since 1970. */
  readonly now: () => number;
}

type Awaitable<T> = T | Promise<T>;

/** Whoever sends one request. Each question is asked once. */
export class Asker {
  #token: Promise<Identity | null> | undefined;
  #session: Promise<User | null> | undefined;
  #user: Promise<User | null> | undefined;

  constructor(
    readonly request: Request,
    private readonly by: Identification,
  ) {}

  /** Who the token says asks, null without a token. Rejects with a Problem (401). */
  token(): Promise<Identity | null> {
    return (this.#token ??= this.readToken());
  }

  private async readToken(): Promise<Identity | null> {
    const { tokens, now } = this.by;
    const text = tokens === null ? null : tokenOf(this.request.headers);
    if (tokens === null || text === null) return null;
    try {
      const { keys, audience } = tokens;
      const { sub, pkey } = await verifyToken(text, keys, { audience, now: now() });
      return { sub, pkey, byToken: true };
    } catch (error) {
      if (!(error instanceof MizanError)) throw error;
      throw new Problem("token_invalid", error.message, { headers: BAD_TOKEN });
    }
  }

  /** The logged-in user of the session, whatever a token says; null for nobody. */
  sessionUser(): Promise<User | null> {
    return (this.#session ??= this.readSession());
  }

  private async readSession(): Promise<User | null> {
    const { session } = this.by;
    return session === undefined ? null : await session(this.request);
  }

  /** Forgets what the session said: a call may have begun or ended it. */
  forgetSession(): void {
    this.#session = undefined;
  }

  /**
   * Who asks, by token or session.
   *
   * Rejects with a Problem (401) where they name different users.
   */
  async identity(): Promise<Identity> {
    const token = await this.token();
    const user = await this.sessionUser();
    if (token === null) return user === null ? ANONYMOUS : { ...ANONYMOUS, sub: String(user.id) };
    if (user !== null && String(user.id) !== token.sub) {
      const detail = "The token and the session are of different users.";
      throw new Problem("identity_mismatch", detail, { headers: BAD_TOKEN });
    }
    return token;
  }

  /** The user who asks. Rejects with a Problem (401) for a token of one who is gone. */
  user(): Promise<User | null> {
    return (this.#user ??= this.loadUser());
  }

  private async loadUser(): Promise<User | null> {
    const token = await this.token();
    if (token?.sub == null) return this.sessionUser();
    if (this.by.user === undefined) return { id: token.sub };
    const user = await this.by.user(token.sub);
    if (user !== null) return user;
    const detail = "The user of this token is gone or inactive.";
    throw new Problem("token_invalid", detail, { headers: BAD_TOKEN });
  }

  /** The permission key of who asks (MZ-MWT-005). */
  async permissionKey(identity: Identity): Promise<string> {
    return identity.pkey ?? (await permissionKeyOf(await this.user(), this.by.pkeySecret));
  }
}

/** The permission key of a user. */
export function permissionKeyOf(user: User | null, secret: Secret): Promise<string> {
  const { permissions = [], staff = false, superuser = false } = user ?? {};
  return permissionKey(secret, permissions, staff, superuser);
}

/** Whether a user has a permission by name. */
export function hasPermission(user: User | null, permission: string): boolean {
  return user !== null && (user.superuser === true || new Set(user.permissions).has(permission));
}

/**
 * The errors of the protocol core (SPEC.md, annex B).
 * Invariant: whatever a decoder is given, it returns a value or throws one of these.
 *
 *     MizanError               code, message
 *     |- WireError             the peer's fault: pointer, position, status
 *     |- DeclarationError      your code's fault (declaration.*)
 *     `- SecretError           a key or secret that cannot be used (key.secret)
 */

import type { KnownCode } from "./generated/types.js";

/** What every operation of this package throws; `code` is one of annex B. */
export class MizanError extends Error {
  override name = "MizanError";

  /**
   * @param code one of annex B
   * @param message what was wrong, where, and what would be right
   */
  constructor(
    readonly code: string,
    message: string,
  ) {
    super(message);
  }
}

/** Where in a document or text a fault lies. */
export interface Place {
  /** JSON Pointer (RFC 6901) into the document. */
  readonly pointer?: string;
  /** Offset in UTF-16 code units into the text. */
  readonly position?: number;
}

/** HTTP statuses by the first segment of the code (SPEC.md, section 16). */
const STATUSES: ReadonlyMap<string, number> = new Map([
  ["json", 400],
  ["url", 400],
  ["header", 400],
  ["token", 401],
]);

/** The peer sent something that the protocol refuses. */
export class WireError extends MizanError {
  override name = "WireError";
  readonly pointer: string | undefined;
  readonly position: number | undefined;

  constructor(code: KnownCode, message: string, place: Place = {}) {
    super(code, message);
    this.pointer = place.pointer;
    this.position = place.position;
  }

  /** The HTTP status that a server would answer with: 400, 401 or 422. */
  get status(): number {
    return STATUSES.get(this.code.slice(0, this.code.indexOf("."))) ?? 422;
  }
}

/** A declaration contradicts the protocol: a mistake in the server's code. */
export class DeclarationError extends MizanError {
  override name = "DeclarationError";
}

/** A key or secret is missing or too short; the message never shows it. */
export class SecretError extends MizanError {
  override name = "SecretError";

  constructor(message: string) {
    super("key.secret", message);
  }
}

/** What `read` gives; where it throws a MizanError, what `recover` makes of that. */
export function attempt<T, R>(read: () => T, recover: (error: MizanError) => R): T | R {
  try {
    return read();
  } catch (error) {
    if (error instanceof MizanError) return recover(error);
    throw error;
  }
}

/** Runs `read`; the pointer of a WireError that it throws is put below `pointer`. */
export function under<T>(pointer: string, read: () => T): T {
  return attempt(read, (error) => {
    if (!(error instanceof WireError)) throw error;
    throw new WireError(error.code as KnownCode, error.message, {
      pointer: pointer + (error.pointer ?? ""),
    });
  });
}

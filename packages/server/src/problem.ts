/**
 * Problem documents: what went wrong, as a client reads it (SPEC.md, section 16; RFC 9457).
 * Invariant: a problem never says more than the client may know.
 */

import {
  canonicalJson,
  problemHead,
  statusOfCode,
  type JsonMembers,
  type KnownCode,
  type WireError,
} from "@mizan/protocol";

/** What is wrong with one argument. */
export interface Issue {
  /** JSON Pointer (RFC 6901) into the arguments. */
  readonly pointer: string;
  /** `[a-z][a-z0-9_]*`, in segments joined by dots. */
  readonly code: string;
  /** A sentence for a person. */
  readonly detail: string;
}

export interface ProblemOptions {
  /** By default that of the code. */
  readonly status?: number;
  readonly errors?: readonly Issue[];
  readonly data?: JsonMembers | undefined;
  /** Sent with it: `Allow`, `Retry-After`. */
  readonly headers?: Readonly<Record<string, string>>;
  /** The function of a context that failed. */
  readonly function?: string;
}

/** An error with its document; a function may throw one, such as `not_found`. */
export class Problem extends Error {
  override name = "Problem";
  readonly status: number;

  /**
   * @param code one of those of SPEC.md, section 16; an application's own are of `appError`
   * @param detail what was wrong, and what would be right, for a person
   */
  constructor(
    readonly code: KnownCode | `app.${string}`,
    readonly detail = "",
    readonly options: ProblemOptions = {},
  ) {
    super(detail);
    this.status = options.status ?? statusOfCode(code) ?? 500;
  }

  /** The document, as canonical JSON. */
  get body(): string {
    const { data, errors = [], function: name } = this.options;
    return canonicalJson({
      ...problemHead(this.code, this.status),
      ...(this.detail !== "" && { detail: this.detail }),
      ...(name !== undefined && { function: name }),
      ...(errors.length > 0 && { errors: errors.map((each) => ({ ...each })) }),
      ...(data !== undefined && { data }),
    });
  }

  /** The same problem, of a function of a context (MZ-ERR-004). */
  of(name: string): Problem {
    const { status } = this;
    return new Problem(this.code, this.detail, { ...this.options, status, function: name });
  }
}

/** Codes of the core that have a problem of their own; others go by their status. */
const WHOLE: Readonly<Record<string, KnownCode>> = {
  "json.size": "too_large",
  "url.size": "uri_too_long",
};

/** The problem for input that the protocol refuses: as a whole, or by place. */
export function ofWireError({ code, message, pointer = "", status }: WireError): Problem {
  if (status === 400) return new Problem(WHOLE[code] ?? "malformed", message);
  const errors = [{ pointer, code, detail: message }];
  return new Problem("validation", "1 parameter is not valid.", { errors });
}

/** The problem for arguments that are not valid. */
export function ofIssues(errors: readonly Issue[]): Problem {
  const what = errors.length === 1 ? "1 argument is" : `${errors.length} arguments are`;
  return new Problem("validation", `${what} not valid.`, { errors });
}

export const CHALLENGE = { "WWW-Authenticate": 'Bearer realm="mizan"' };
export const BAD_TOKEN = { "WWW-Authenticate": 'Bearer realm="mizan", error="invalid_token"' };

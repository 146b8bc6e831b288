/**
 * Problem documents: what went wrong, as a client reads it (SPEC.md, section 16; RFC 9457).
 * Invariant: a problem never says more than the client may know.
 */

import { canonicalJson, type JsonMembers, type KnownCode, type WireError } from "@mizan/protocol";

const TYPE = "https://w3id.org/mizan/v1/errors/";

/** MZ-ERR-003. */
const STATUSES: Readonly<Record<string, number>> = {
  malformed: 400,
  unauthenticated: 401,
  token_invalid: 401,
  identity_mismatch: 401,
  forbidden: 403,
  csrf: 403,
  private: 403,
  not_found: 404,
  method_not_allowed: 405,
  too_large: 413,
  uri_too_long: 414,
  unsupported_media_type: 415,
  validation: 422,
  internal: 500,
  unavailable: 503,
};

/** The phrases of RFC 9110 that problems have. */
const TITLES: Readonly<Record<number, string>> = {
  400: "Bad Request",
  401: "Unauthorized",
  402: "Payment Required",
  403: "Forbidden",
  404: "Not Found",
  405: "Method Not Allowed",
  406: "Not Acceptable",
  408: "Request Timeout",
  409: "Conflict",
  410: "Gone",
  412: "Precondition Failed",
  413: "Content Too Large",
  414: "URI Too Long",
  415: "Unsupported Media Type",
  422: "Unprocessable Content",
  423: "Locked",
  424: "Failed Dependency",
  428: "Precondition Required",
  429: "Too Many Requests",
  451: "Unavailable For Legal Reasons",
  500: "Internal Server Error",
  501: "Not Implemented",
  502: "Bad Gateway",
  503: "Service Unavailable",
  504: "Gateway Timeout",
};

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
    this.status = options.status ?? STATUSES[code] ?? 500;
  }

  /** The document, as canonical JSON. */
  get body(): string {
    const { data, errors = [], function: name } = this.options;
    return canonicalJson({
      type: TYPE + this.code,
      title: TITLES[this.status] ?? "Error",
      status: this.status,
      code: this.code,
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

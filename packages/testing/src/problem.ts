/**
 * Errors as a server answers them (SPEC.md, section 16; RFC 9457).
 * Invariant: each has the status that the code has on a real server, unless the test names another.
 */

import type { WireError } from "@mizan/protocol";
import type { ArgumentError } from "@mizan/runtime";

const TYPE = "https://w3id.org/mizan/v1/errors/";

const STATUS: Readonly<Record<string, number>> = {
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
  too_many_requests: 429,
  internal: 500,
  "events.unavailable": 501,
  unavailable: 503,
};

// The phrases of RFC 9110.
const TITLE: Readonly<Record<number, string>> = {
  400: "Bad Request",
  401: "Unauthorized",
  403: "Forbidden",
  404: "Not Found",
  405: "Method Not Allowed",
  409: "Conflict",
  413: "Content Too Large",
  414: "URI Too Long",
  415: "Unsupported Media Type",
  422: "Unprocessable Content",
  429: "Too Many Requests",
  500: "Internal Server Error",
  501: "Not Implemented",
  503: "Service Unavailable",
};

export interface ProblemOptions {
  /** By default that of the code. */
  readonly status?: number;
  readonly detail?: string;
  /** The arguments that were refused. */
  readonly errors?: readonly ArgumentError[];
  /** What an error of the application carries. */
  readonly data?: Readonly<Record<string, unknown>>;
  /** The function of a context that failed. */
  readonly function?: string;
}

/** An error, as an answer: returned or thrown. */
export class Problem<Code extends string = string> extends Error {
  override name = "Problem";

  constructor(
    readonly code: Code,
    readonly options: ProblemOptions = {},
  ) {
    super(options.detail ?? code);
  }

  /** The status of the reply. Throws Error where nobody says it. */
  get status(): number {
    const { code, options } = this;
    const status = options.status ?? STATUS[code];
    if (status !== undefined) return status;
    throw new Error(`Nobody declares the code ${code}: give problem("${code}", { status }).`);
  }

  /** The document of the reply. */
  document(): Record<string, unknown> {
    const { code, options, status } = this;
    return { type: TYPE + code, title: TITLE[status] ?? "Error", code, ...options, status };
  }
}

/** An error for `onContext` and `onCall`. */
export function problem<Code extends string>(code: Code, options?: ProblemOptions): Problem<Code> {
  return new Problem(code, options);
}

export function isProblem(value: unknown): value is Problem {
  return value instanceof Problem;
}

/** The problem for input that the protocol refuses. */
export function refusal({ code, message, status, pointer = "" }: WireError): Problem {
  if (status === 400) return new Problem("malformed", { detail: message });
  const errors = [{ pointer, code, detail: message }];
  return new Problem("validation", { detail: "1 parameter is not valid.", errors });
}

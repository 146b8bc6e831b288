/**
 * What problem documents say of a code (SPEC.md, section 16 and MZ-ERR-003; RFC 9457).
 * Invariant: one table for whoever answers: a server, or what stands for one in tests.
 */

const TYPE = "https://w3id.org/mizan/v1/errors/";

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
  too_many_requests: 429,
  internal: 500,
  "events.unavailable": 501,
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

/** The status of a code of section 16; undefined for another code. */
export function statusOfCode(code: string): number | undefined {
  return Object.hasOwn(STATUSES, code) ? STATUSES[code] : undefined;
}

/** The members of a problem document that say what its code and status are. */
export function problemHead(
  code: string,
  status: number,
): { type: string; title: string; status: number; code: string } {
  return { type: TYPE + code, title: TITLES[status] ?? "Error", status, code };
}

/**
 * Protection of sessions against forged requests (SPEC.md, section 16, code `csrf`).
 * Invariant: what a browser may have been made to send changes nothing: it comes from the site
 * itself, and brings a value that only the site's own pages can read.
 */

import { Problem } from "./problem.js";

export interface CsrfOptions {
  /** The cookie whose value has to come in the header too; `csrftoken` by default. */
  readonly cookie?: string;
  /** `X-CSRFToken` by default. */
  readonly header?: string;
  /** Other origins that may send: `https://shop.example`. */
  readonly trustedOrigins?: readonly string[];
}

/**
 * A field value for Set-Cookie that gives a browser a new token.
 *
 * @param secure whether the cookie is for https alone; true by default
 */
export function csrfCookie({ cookie = "csrftoken" }: CsrfOptions = {}, secure = true): string {
  const token = crypto.randomUUID().replaceAll("-", "");
  return `${cookie}=${token}; Path=/; SameSite=Lax${secure ? "; Secure" : ""}`;
}

/** Throws a Problem (403) where a browser may have been made to send a request. */
export function checkCsrf(request: Request, options: CsrfOptions): void {
  const { cookie = "csrftoken", header = "X-CSRFToken", trustedOrigins = [] } = options;
  if (!canBeForged(request)) return;
  const origin = request.headers.get("Origin");
  if (origin !== null && !isOwn(origin, request) && !trustedOrigins.includes(origin)) {
    throw new Problem("csrf", `The origin ${origin} may not send this.`);
  }
  const expected = cookieOf(request, cookie);
  const given = request.headers.get(header) ?? "";
  if (!expected || !isEqual(expected, given)) {
    throw new Problem("csrf", `Send the value of the cookie ${cookie} in ${header}.`);
  }
}

/**
 * Whether a request brings what a browser adds by itself, or is of a kind that a browser sends to
 * any site without asking it first: a form of another page, which may log in.
 */
function canBeForged({ headers }: Request): boolean {
  if (headers.has("Cookie")) return true;
  const isSimple = mediaType(headers) !== "application/json" && !headers.has("Authorization");
  return isSimple && headers.has("Origin");
}

/** The media type of a body in lower case, without its parameters; empty without any. */
export function mediaType(headers: Headers): string {
  const [type = ""] = (headers.get("Content-Type") ?? "").split(";", 1);
  return type.trim().toLowerCase();
}

function isOwn(origin: string, request: Request): boolean {
  // By host alone: a proxy may have taken https off.
  return URL.canParse(origin) && new URL(origin).host === new URL(request.url).host;
}

/** The value of a cookie of a request, null without it. */
export function cookieOf({ headers }: Request, name: string): string | null {
  for (const pair of (headers.get("Cookie") ?? "").split(";")) {
    const [given = "", ...value] = pair.split("=");
    if (given.trim() === name) return value.join("=").trim();
  }
  return null;
}

/** Whether two texts are equal, in a time that tells nothing of where they differ. */
function isEqual(a: string, b: string): boolean {
  let different = a.length ^ b.length;
  for (let at = 0; at < a.length; at += 1) different |= a.charCodeAt(at) ^ b.charCodeAt(at);
  return different === 0;
}

/**
 * The one spelling of a URL (SPEC.md, MZ-URL-007; RFC 3986, section 6.2.2).
 * Invariant: what is looked up is what the origin is asked for, so no other spelling of a path can
 * put its reply in the place of this one's.
 */

const UNRESERVED = /[A-Za-z0-9\-._~]/;

/**
 * A URL with a normal path: without dot segments, repeated slashes and needless percent-encoding.
 * The query is left as it is.
 */
export function normalUrl(url: string): URL {
  const normal = new URL(url); // takes dot segments away, encoded ones too
  normal.hash = "";
  normal.username = normal.password = "";
  normal.pathname = normal.pathname
    .replace(/%[0-9A-Fa-f]{2}/g, (encoded) => {
      const character = String.fromCharCode(Number.parseInt(encoded.slice(1), 16));
      return UNRESERVED.test(character) ? character : encoded.toUpperCase();
    })
    .replace(/\/{2,}/g, "/");
  return normal;
}

/** The path and query of a URL, by which purges name it. */
export function pathOf(url: string): string {
  return url.replace(/^[a-z]+:\/\/[^/]*/i, "");
}

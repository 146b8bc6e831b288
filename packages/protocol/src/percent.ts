/**
 * Percent-encoding (RFC 3986, section 2; SPEC.md, MZ-URL-002).
 * Invariant: what percentEncode writes, percentDecode reads back.
 */

import { WireError } from "./errors.js";
import { hasLoneSurrogate } from "./json.js";

/**
 * `text` in UTF-8 with every byte outside *unreserved* as `%XX`, upper case.
 *
 * @throws WireError `json.surrogate`
 */
export function percentEncode(text: string): string {
  if (hasLoneSurrogate(text)) {
    throw new WireError("json.surrogate", "A string has a lone surrogate.");
  }
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (reserved) => `%${reserved.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

/**
 * The text that `encoded` stands for; `+` is a plus.
 *
 * @param encoded ASCII text
 * @param family `header` or `url`, the first segment of the codes
 * @throws WireError `<family>.percent` for a `%` without two hex digits, `<family>.utf8`
 */
export function percentDecode(encoded: string, family: "header" | "url"): string {
  if (!encoded.includes("%")) return encoded;
  const stray = encoded.search(/%(?![0-9A-Fa-f]{2})/);
  if (stray >= 0) {
    const message = `Expected two hex digits after the % at position ${stray} of the value.`;
    throw new WireError(`${family}.percent`, message, { position: stray });
  }
  try {
    return decodeURIComponent(encoded);
  } catch {
    throw new WireError(`${family}.utf8`, "The percent-encoded bytes of a value are not UTF-8.");
  }
}

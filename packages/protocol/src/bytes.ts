/**
 * Bytes and text: UTF-8, hex, base32 and base64url (RFC 4648), digests over WebCrypto, for
 * SPEC.md, sections 5, 9, 11 and 13.
 * Invariant: decoders here are strict, one spelling for each sequence of bytes.
 */

const ENCODER = new TextEncoder();

/** Text as UTF-8; a lone surrogate becomes U+FFFD, so refuse it before. */
export function utf8(text: string): Uint8Array<ArrayBuffer> {
  return ENCODER.encode(text);
}

/** Whether `text` has more than `limit` bytes in UTF-8 (a lone surrogate counts as three). */
export function isLonger(text: string, limit: number): boolean {
  // A code unit takes one to three bytes: most texts need not be encoded to be judged.
  if (text.length > limit) return true;
  return text.length * 3 > limit && utf8(text).length > limit;
}

/** Bytes as text, one code unit each: for fields that must be ASCII anyway. */
export function latin1(bytes: Uint8Array): string {
  let text = "";
  for (let at = 0; at < bytes.length; at += 8192) {
    text += String.fromCharCode(...bytes.subarray(at, at + 8192));
  }
  return text;
}

/** Bytes as UTF-8 text, a byte order mark kept; null if they are not UTF-8. */
export function fromUtf8(bytes: Uint8Array): string | null {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return null;
  }
}

/** Lower-case hex of bytes. */
export function toHex(bytes: Uint8Array): string {
  let text = "";
  for (const byte of bytes) text += byte.toString(16).padStart(2, "0");
  return text;
}

const BASE64URL =
  /^(?:[A-Za-z0-9_-]{4})*(?:[A-Za-z0-9_-][AQgw]|[A-Za-z0-9_-]{2}[AEIMQUYcgkosw048])?$/;

/** Bytes of canonical unpadded base64url; null if the text is not that. */
export function fromBase64Url(text: string): Uint8Array<ArrayBuffer> | null {
  if (!BASE64URL.test(text)) return null;
  const binary = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(binary, (unit) => unit.charCodeAt(0));
}

/** Canonical unpadded base64url of bytes. */
export function toBase64Url(bytes: Uint8Array): string {
  return btoa(latin1(bytes)).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

const BASE32 = "abcdefghijklmnopqrstuvwxyz234567";

/** Lower-case unpadded base32 of bytes. */
export function toBase32(bytes: Uint8Array): string {
  let text = "";
  let buffer = 0;
  let bits = 0;
  for (const byte of bytes) {
    buffer = ((buffer << 8) | byte) & 0xfff;
    for (bits += 8; bits >= 5; bits -= 5) text += BASE32.charAt((buffer >> (bits - 5)) & 31);
  }
  return bits > 0 ? text + BASE32.charAt((buffer << (5 - bits)) & 31) : text;
}

/** SHA-256 of text in UTF-8, or of bytes. */
export async function sha256(data: string | Uint8Array<ArrayBuffer>): Promise<Uint8Array> {
  const bytes = typeof data === "string" ? utf8(data) : data;
  return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
}

/** HMAC-SHA256 of text in UTF-8, in hex. */
export async function hmacHex(secret: Uint8Array<ArrayBuffer>, text: string): Promise<string> {
  const algorithm = { name: "HMAC", hash: "SHA-256" };
  const key = await crypto.subtle.importKey("raw", secret, algorithm, false, ["sign"]);
  return toHex(new Uint8Array(await crypto.subtle.sign("HMAC", key, utf8(text))));
}

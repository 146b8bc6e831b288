/**
 * MWT, the identity token (SPEC.md, section 13; RFC 7515, RFC 7519, RFC 8725).
 * Invariant: the allow-list and the key decide, never the token.
 */

import { fromBase64Url, toBase64Url, utf8 } from "./bytes.js";
import { canonicalJson } from "./canonical.js";
import { decode } from "./decode.js";
import { attempt, SecretError, WireError } from "./errors.js";
import type { KnownCode, MwtClaims } from "./generated/types.js";
import { isPlainObject, member } from "./json.js";
import type { Algorithm, Key } from "./jwk.js";

/** What a signer is given; the key adds `kid`. */
export type Claims = Omit<MwtClaims, "kid">;

export interface VerifyOptions {
  readonly audience: string;
  /** The time, in seconds since 1970. */
  readonly now: number;
  /** The allow-list of algorithms; both by default. */
  readonly algs?: readonly string[];
  /** Seconds by which clocks may differ; 30 by default. */
  readonly leeway?: number;
  /** The greatest lifetime in seconds; 3,600 by default. */
  readonly maxLifetime?: number;
}

type Members = Readonly<Record<string, unknown>>;

const TYP = "mwt+jwt";
const LONGEST = 8192;
const ALGORITHMS: readonly Algorithm[] = ["HS256", "EdDSA"];

const isText = (value: unknown): boolean => typeof value === "string" && value !== "";

/** The claims and what each must be. */
const CLAIMS: readonly (readonly [keyof MwtClaims, (value: unknown) => boolean])[] = [
  ["sub", isText],
  ["aud", isText],
  ["iat", Number.isSafeInteger],
  ["exp", Number.isSafeInteger],
  ["pkey", (value) => typeof value === "string" && /^[0-9a-f]{32}$/.test(value)],
  ["kid", isText],
];

/**
 * Signs claims with the first key, which gives `kid`.
 *
 * @throws SecretError `key.secret` without a key that can sign; WireError `token.claims`,
 *   `token.size`, `json.surrogate`
 */
export async function signToken(claims: Claims, keys: readonly Key[]): Promise<string> {
  const [key] = keys;
  if (key === undefined) throw new SecretError("Expected a key to sign with.");
  const payload = pickClaims({ ...claims, kid: key.kid });
  const header = { alg: key.alg, kid: key.kid, typ: TYP };
  const signed = `${encode(header)}.${encode(payload)}`;
  const token = `${signed}.${toBase64Url(await key.sign(utf8(signed)))}`;
  checkSize(token);
  return token;
}

function encode(part: object): string {
  return toBase64Url(utf8(canonicalJson(part)));
}

/**
 * Verifies a token, in the order of MZ-MWT-003.
 *
 * @param keys all of them verify
 * @throws WireError `token.*`
 */
export async function verifyToken(
  token: string,
  keys: readonly Key[],
  options: VerifyOptions,
): Promise<MwtClaims> {
  checkSize(token);
  const segments = token.split(".").map(fromBase64Url);
  const [head, body, signature] = segments;
  if (segments.length !== 3 || !head || !body || !signature) {
    return refuse("token.malformed", "three segments of unpadded base64url");
  }
  const key = checkHeader(readObject(head), keys, options.algs ?? ALGORITHMS);
  const signed = token.slice(0, token.lastIndexOf("."));
  if (!(await key.verify(signature, utf8(signed))))
    refuse("token.signature", "a signature by its key");
  const claims = pickClaims(readObject(body));
  if (claims.kid !== key.kid) refuse("token.kid", "the same kid in header and payload");
  checkClaims(claims, options);
  return claims;
}

function refuse(code: KnownCode, expected: string): never {
  throw new WireError(code, `Expected a token with ${expected}.`);
}

function checkSize(token: string): void {
  if (token.length > LONGEST) refuse("token.size", `at most ${LONGEST} characters`);
}

function readObject(bytes: Uint8Array): Members {
  const value = attempt(
    () => decode(bytes),
    () => null,
  );
  return isPlainObject(value)
    ? value
    : refuse("token.malformed", "JSON objects as header and payload");
}

function checkHeader(header: Members, keys: readonly Key[], algs: readonly string[]): Key {
  if (Object.hasOwn(header, "crit")) refuse("token.crit", "no critical extensions");
  if (member(header, "typ") !== TYP) refuse("token.typ", `the typ ${TYP}`);
  const alg = member(header, "alg");
  if (typeof alg !== "string" || !algs.includes(alg)) refuse("token.alg", "an allowed alg");
  const kid = member(header, "kid");
  const key = keys.find((each) => each.kid === kid);
  if (key === undefined) return refuse("token.kid", "the kid of a known key");
  if (key.alg !== alg) refuse("token.alg", "the alg of its key");
  return key;
}

/** The claims alone, each checked for its type. */
function pickClaims(given: Members): MwtClaims {
  const picked = CLAIMS.map(([name, isValid]): [string, unknown] => {
    const value = member(given, name);
    if (!isValid(value)) refuse("token.claims", `a valid claim ${name}`);
    return [name, value];
  });
  return Object.fromEntries(picked) as unknown as MwtClaims;
}

function checkClaims({ aud, iat, exp }: MwtClaims, options: VerifyOptions): void {
  const { audience, now, leeway = 30, maxLifetime = 3600 } = options;
  const lifetime = exp - iat;
  if (aud !== audience) refuse("token.audience", "the audience of this site");
  if (lifetime <= 0 || lifetime > maxLifetime) {
    refuse("token.lifetime", `a lifetime of 1 to ${maxLifetime} s`);
  }
  if (iat > now + leeway) refuse("token.not_yet", "an iat that is not in the future");
  if (now >= exp + leeway) refuse("token.expired", "an exp that is in the future");
}

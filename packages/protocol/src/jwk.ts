/**
 * Keys of tokens (SPEC.md, section 13; RFC 7517, RFC 8037).
 * Invariant: a key is for one algorithm, and nothing shows its secret.
 */

import { fromBase64Url, toBase64Url } from "./bytes.js";
import { SecretError, WireError } from "./errors.js";
import { checkSecret } from "./key.js";

export type Algorithm = "HS256" | "EdDSA";

/** A JWK of the two kinds that sign tokens. */
export type Jwk =
  | { readonly kty: "oct"; readonly kid: string; readonly alg: "HS256"; readonly k: string }
  | {
      readonly kty: "OKP";
      readonly crv: "Ed25519";
      readonly kid: string;
      readonly alg: "EdDSA";
      readonly x: string;
      readonly d?: string;
    };

type Bytes = Uint8Array<ArrayBuffer>;
type Import = (usage: "sign" | "verify") => Promise<CryptoKey>;

const ED25519_LENGTH = 32;
const HMAC = { name: "HMAC", hash: "SHA-256" };
const ED25519 = { name: "Ed25519" };

/** A key that signs or verifies tokens; its secret is out of reach. */
export class Key {
  readonly #import: Import;
  readonly #imported = new Map<string, Promise<CryptoKey>>();

  private constructor(
    readonly kid: string,
    readonly alg: Algorithm,
    load: Import,
  ) {
    if (!isText(kid)) throw invalid("a kid");
    this.#import = load;
  }

  /**
   * A key from a JWK.
   *
   * @throws SecretError `key.secret` for a secret under 32 bytes; WireError `document.invalid`
   */
  static fromJwk(jwk: Jwk): Key {
    if (jwk.kty === "oct" && (jwk.alg as string) === "HS256") {
      return Key.hs256(jwk.kid, readBytes(jwk.k, "k"));
    }
    if (jwk.kty !== "OKP" || (jwk.crv as string) !== "Ed25519" || (jwk.alg as string) !== "EdDSA") {
      throw invalid("the kty oct with HS256, or OKP with Ed25519 and EdDSA");
    }
    const secret = jwk.d === undefined ? undefined : readBytes(jwk.d, "d");
    return Key.ed25519(jwk.kid, readBytes(jwk.x, "x"), secret);
  }

  /** @throws SecretError `key.secret` for a secret under 32 bytes */
  static hs256(kid: string, secret: Bytes): Key {
    checkSecret(secret);
    return new Key(kid, "HS256", (usage) =>
      crypto.subtle.importKey("raw", secret, HMAC, false, [usage]),
    );
  }

  /**
   * @param publicKey 32 bytes
   * @param privateKey 32 bytes; without it the key only verifies
   * @throws WireError `document.invalid` for other lengths
   */
  static ed25519(kid: string, publicKey: Bytes, privateKey?: Bytes): Key {
    for (const bytes of [publicKey, privateKey ?? publicKey]) {
      if (bytes.length !== ED25519_LENGTH) throw invalid(`${ED25519_LENGTH} bytes in x and d`);
    }
    const open = { kty: "OKP", crv: "Ed25519", x: toBase64Url(publicKey) };
    const secret = privateKey && { ...open, d: toBase64Url(privateKey) };
    return new Key(kid, "EdDSA", async (usage) => {
      const jwk = usage === "sign" ? secret : open;
      if (jwk === undefined)
        throw new SecretError(`The key ${kid} has no private part to sign with.`);
      try {
        return await crypto.subtle.importKey("jwk", jwk, ED25519, false, [usage]);
      } catch {
        throw invalid("x and d that are one pair of Ed25519");
      }
    });
  }

  /** @throws SecretError `key.secret` for a key that only verifies; WireError `document.invalid` */
  async sign(data: Bytes): Promise<Bytes> {
    const key = await this.#load("sign");
    return new Uint8Array(await crypto.subtle.sign(key.algorithm.name, key, data));
  }

  /** Whether `signature` is this key's signature of `data`; in constant time. */
  async verify(signature: Bytes, data: Bytes): Promise<boolean> {
    const key = await this.#load("verify");
    return crypto.subtle.verify(key.algorithm.name, key, signature, data);
  }

  #load(usage: "sign" | "verify"): Promise<CryptoKey> {
    const known = this.#imported.get(usage);
    if (known !== undefined) return known;
    const loading = this.#import(usage);
    this.#imported.set(usage, loading);
    return loading;
  }
}

function isText(value: unknown): boolean {
  return typeof value === "string" && value !== "";
}

function readBytes(text: unknown, name: string): Bytes {
  const bytes = typeof text === "string" ? fromBase64Url(text) : null;
  if (bytes === null) throw invalid(`unpadded base64url in ${name}`);
  return bytes;
}

function invalid(expected: string): WireError {
  return new WireError("document.invalid", `Expected a key with ${expected}.`);
}

import { inspect } from "node:util";
import { describe, expect, it } from "vitest";
import { toBase64Url, utf8 } from "../src/bytes.js";
import { Key, type Jwk } from "../src/jwk.js";
import { codeOf, laterCodeOf } from "./expect.js";

const X = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"; // RFC 8037, appendix A
const D = "nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A";
const K = toBase64Url(new Uint8Array(32).fill(7));
const PAIR: Jwk = { kty: "OKP", crv: "Ed25519", kid: "e", alg: "EdDSA", x: X, d: D };
const SECRET: Jwk = { kty: "oct", kid: "h", alg: "HS256", k: K };

describe("Key", () => {
  it.each([PAIR, SECRET])("of %j signs and verifies", async (jwk) => {
    const key = Key.fromJwk(jwk);
    expect([key.kid, key.alg]).toEqual([jwk.kid, jwk.alg]);
    const data = utf8("data");
    const signature = await key.sign(data);
    expect(await key.sign(data)).toEqual(signature);
    expect(await key.verify(signature, data)).toBe(true);
    expect(await key.verify(signature, utf8("date"))).toBe(false);
    expect(await key.verify(new Uint8Array(0), data)).toBe(false);
    expect(await key.verify(new Uint8Array(64), data)).toBe(false);
  });

  it("signs as RFC 8037 does", async () => {
    const data = utf8("eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc");
    expect(toBase64Url(await Key.fromJwk(PAIR).sign(data))).toBe(
      "hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg",
    );
  });

  it("shows no secret", () => {
    for (const key of [Key.fromJwk(PAIR), Key.fromJwk(SECRET)]) {
      const shown = inspect(key, { depth: 9, showHidden: true }) + JSON.stringify(key);
      expect(shown).not.toContain(K);
      expect(shown).not.toContain(D);
    }
  });

  it("only verifies without the private part", async () => {
    const { d, ...open } = PAIR as Jwk & { d: string };
    const key = Key.fromJwk(open);
    expect(await laterCodeOf(() => key.sign(utf8("data")))).toBe("key.secret");
    const signature = await Key.fromJwk({ ...open, d } as Jwk).sign(utf8("data"));
    expect(await key.verify(signature, utf8("data"))).toBe(true);
  });

  it.each<[object, string]>([
    [{ ...SECRET, k: toBase64Url(new Uint8Array(31)) }, "key.secret"],
    [{ ...SECRET, k: `${K}=` }, "document.invalid"],
    [{ ...SECRET, k: undefined }, "document.invalid"],
    [{ ...SECRET, kid: "" }, "document.invalid"],
    [{ ...SECRET, kid: undefined }, "document.invalid"],
    [{ ...SECRET, alg: "EdDSA" }, "document.invalid"],
    [{ ...PAIR, alg: "HS256" }, "document.invalid"],
    [{ ...PAIR, crv: "Ed448" }, "document.invalid"],
    [{ ...PAIR, kty: "EC" }, "document.invalid"],
    [{ ...PAIR, x: "AAAA" }, "document.invalid"],
    [{ ...PAIR, d: "AAAA" }, "document.invalid"],
  ])("refuses %j with %s", (jwk, code) => {
    expect(codeOf(() => Key.fromJwk(jwk as Jwk))).toBe(code);
  });

  it("refuses a private part of another key", async () => {
    const other = { ...PAIR, x: toBase64Url(new Uint8Array(32).fill(1)) } as Jwk;
    const key = Key.fromJwk(other);
    expect(await laterCodeOf(() => key.sign(utf8("data")))).toBe("document.invalid");
    expect(await laterCodeOf(() => key.sign(utf8("data")))).toBe("document.invalid");
  });
});

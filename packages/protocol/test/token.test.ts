import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { toBase64Url, utf8 } from "../src/bytes.js";
import { Key } from "../src/jwk.js";
import { signToken, verifyToken, type Claims, type VerifyOptions } from "../src/token.js";
import { anyText, text, textOf } from "./arbitraries.js";
import { laterCodeOf } from "./expect.js";

const hs = Key.hs256("h", new Uint8Array(32).fill(7));
const ed = Key.fromJwk({
  kty: "OKP",
  crv: "Ed25519",
  kid: "e",
  alg: "EdDSA",
  x: "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo",
  d: "nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A",
});
const KEYS = [hs, ed];
const CLAIMS: Claims = { sub: "5", aud: "shop", iat: 1000, exp: 1300, pkey: "0".repeat(32) };
const OPTIONS: VerifyOptions = { audience: "shop", now: 1000 };
const HEADER = { alg: "HS256", kid: "h", typ: "mwt+jwt" };
const PAYLOAD = { ...CLAIMS, kid: "h" };

const part = (value: unknown): string =>
  toBase64Url(utf8(typeof value === "string" ? value : JSON.stringify(value)));

/** A token of any header and payload, signed by a key. */
async function forge(header: unknown, payload: unknown, key = hs): Promise<string> {
  const signed = `${part(header)}.${part(payload)}`;
  return `${signed}.${toBase64Url(await key.sign(utf8(signed)))}`;
}

const verify = (token: string, options: Partial<VerifyOptions> = {}): Promise<unknown> =>
  verifyToken(token, KEYS, { ...OPTIONS, ...options });
const codeOf = (token: string, options: Partial<VerifyOptions> = {}): Promise<string | null> =>
  laterCodeOf(() => verify(token, options));

describe("signToken", () => {
  it("writes canonical text, with the first key", async () => {
    const extra = { ...CLAIMS, admin: true };
    const [header, payload] = (await signToken(extra, [ed, hs]))
      .split(".")
      .map((each) => Buffer.from(each, "base64url").toString());
    expect(header).toBe('{"alg":"EdDSA","kid":"e","typ":"mwt+jwt"}');
    expect(payload).toBe(
      `{"aud":"shop","exp":1300,"iat":1000,"kid":"e","pkey":"${"0".repeat(32)}","sub":"5"}`,
    );
  });

  it.each<[Partial<Record<keyof Claims, unknown>>, Key[], string]>([
    [{}, [], "key.secret"],
    [{ sub: "" }, [hs], "token.claims"],
    [{ exp: 1.5 }, [hs], "token.claims"],
    [{ pkey: "A".repeat(32) }, [hs], "token.claims"],
    [{ sub: "\ud800" }, [hs], "json.surrogate"],
    [{ sub: "a".repeat(9000) }, [hs], "token.size"],
  ])("refuses %j", async (claims, keys, code) => {
    expect(await laterCodeOf(() => signToken({ ...CLAIMS, ...claims } as Claims, keys))).toBe(code);
  });
});

describe("verifyToken", () => {
  it.each(KEYS)("takes what each key signed, and gives the claims", async (key) => {
    const token = await signToken(CLAIMS, [key]);
    expect(await verify(token)).toEqual({ ...CLAIMS, kid: key.kid });
    expect(await codeOf(token, { algs: ["ES256"] })).toBe("token.alg");
  });

  it("ignores other claims and members of the header", async () => {
    const token = await forge({ ...HEADER, jku: "https://evil.example" }, { ...PAYLOAD, nbf: 1e9 });
    expect(await verify(token)).toEqual(PAYLOAD);
  });

  it.each<[string, string]>([
    ["a".repeat(8193), "token.size"],
    ["", "token.malformed"],
    ["a.b", "token.malformed"],
    ["e30.e30.e30.e30", "token.malformed"],
    ["e30=.e30.", "token.malformed"],
    ["e31.e30.", "token.malformed"],
    ["e30.e31.", "token.malformed"],
    ["e30.e30.AB", "token.malformed"],
    ["..", "token.malformed"],
    [`${part("[]")}.e30.`, "token.malformed"],
    [`${part('{"alg":1,"alg":1}')}.e30.`, "token.malformed"],
    [`${part({ crit: [], typ: 1 })}.e30.`, "token.crit"],
    [`${part({ ...HEADER, typ: "JWT" })}.e30.`, "token.typ"],
    [`${part({ ...HEADER, typ: "MWT+JWT" })}.e30.`, "token.typ"],
    [`${part({ ...HEADER, alg: "none" })}.e30.`, "token.alg"],
    [`${part({ typ: "mwt+jwt", kid: "h" })}.e30.`, "token.alg"],
    [`${part({ ...HEADER, kid: "x" })}.e30.`, "token.kid"],
    [`${part({ alg: "HS256", typ: "mwt+jwt" })}.e30.`, "token.kid"],
    [`${part({ ...HEADER, kid: "e" })}.e30.`, "token.alg"],
    [`${part(HEADER)}.e30.`, "token.signature"],
  ])("refuses %s with %s", async (token, code) => {
    expect(await codeOf(token)).toBe(code);
  });

  it.each<[unknown, string]>([
    ["[]", "token.malformed"],
    ["{", "token.malformed"],
    [{ ...PAYLOAD, sub: 5 }, "token.claims"],
    [{ ...PAYLOAD, aud: ["shop"] }, "token.claims"],
    [{ ...PAYLOAD, iat: "1000" }, "token.claims"],
    [{ ...PAYLOAD, exp: 1e300 }, "token.claims"],
    [{ ...PAYLOAD, pkey: "0".repeat(31) }, "token.claims"],
    [{ ...CLAIMS }, "token.claims"],
    [{ ...PAYLOAD, kid: "e", aud: "other" }, "token.kid"],
    [{ ...PAYLOAD, aud: "other", exp: 1000 }, "token.audience"],
    [{ ...PAYLOAD, exp: 1000 }, "token.lifetime"],
    [{ ...PAYLOAD, exp: 4601 }, "token.lifetime"],
    [{ ...PAYLOAD, exp: 4600 }, "null"],
    [{ ...PAYLOAD, iat: 1031 }, "token.not_yet"],
    [{ ...PAYLOAD, iat: 1030 }, "null"],
    [{ ...PAYLOAD, iat: 900, exp: 970 }, "token.expired"],
    [{ ...PAYLOAD, iat: 900, exp: 971 }, "null"],
    [JSON.stringify(PAYLOAD).replace("1000", "1000.0"), "null"],
  ])("refuses the payload %j with %s", async (payload, code) => {
    expect(String(await codeOf(await forge(HEADER, payload)))).toBe(code);
  });

  it("takes leeway and lifetime from the verifier", async () => {
    const token = await signToken(CLAIMS, [hs]);
    expect(await codeOf(token, { now: 1300, leeway: 0 })).toBe("token.expired");
    expect(await codeOf(token, { now: 1299, leeway: 0 })).toBeNull();
    expect(await codeOf(token, { maxLifetime: 299 })).toBe("token.lifetime");
  });

  it("refuses every token that differs in a character", async () => {
    const token = await signToken(CLAIMS, [hs]);
    await fc.assert(
      fc.asyncProperty(
        fc.nat(token.length - 1),
        fc.constantFrom("A", "Q", ".", "-", "_", "z", "9", "="),
        async (at, by) => {
          fc.pre(token.charAt(at) !== by);
          const other = token.slice(0, at) + by + token.slice(at + 1);
          expect(await codeOf(other)).toMatch(/^token\./);
        },
      ),
    );
  });

  it("takes any text", async () => {
    const near = textOf("e30", ".", part(HEADER), part(PAYLOAD), "A", "=");
    await fc.assert(
      fc.asyncProperty(fc.oneof(anyText, near), async (token) => {
        expect(await codeOf(token)).toMatch(/^token\./);
      }),
    );
  });

  it("reads back any user", async () => {
    await fc.assert(
      fc.asyncProperty(text, async (sub) => {
        fc.pre(sub !== "");
        const claims = { ...CLAIMS, sub };
        expect(await verify(await signToken(claims, [hs]))).toEqual({ ...claims, kid: "h" });
      }),
      { numRuns: 30 },
    );
  });
});

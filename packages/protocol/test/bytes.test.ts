import { Buffer } from "node:buffer";
import { createHash, createHmac } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  fromBase64Url,
  fromUtf8,
  hmacHex,
  isLonger,
  latin1,
  sha256,
  toBase32,
  toBase64Url,
  toHex,
  utf8,
} from "../src/bytes.js";
import { anyBytes, anyText, text } from "./arbitraries.js";

describe("UTF-8", () => {
  it("is read back, and nothing else is", () => {
    fc.assert(
      fc.property(text, anyBytes, (drawn, bytes) => {
        expect(fromUtf8(utf8(drawn))).toBe(drawn);
        const read = fromUtf8(bytes);
        if (read !== null) expect(utf8(read)).toEqual(bytes);
      }),
    );
    expect(fromUtf8(Uint8Array.of(0xef, 0xbb, 0xbf))).toBe("\ufeff");
    expect(fromUtf8(Uint8Array.of(0xed, 0xa0, 0x80))).toBeNull();
  });

  it("is measured without encoding where it can be", () => {
    fc.assert(
      fc.property(anyText, fc.nat(60), (drawn, limit) => {
        expect(isLonger(drawn, limit)).toBe(utf8(drawn).length > limit);
      }),
    );
  });
});

describe("latin1", () => {
  it("has one code unit for each byte, also of many", () => {
    const bytes = Uint8Array.from({ length: 20_000 }, (_, at) => at % 256);
    expect(latin1(bytes)).toBe(Buffer.from(bytes).toString("latin1"));
  });
});

describe("hex, base32, base64url", () => {
  it("are those of Node", () => {
    fc.assert(
      fc.property(anyBytes, (bytes) => {
        expect(toHex(bytes)).toBe(Buffer.from(bytes).toString("hex"));
        expect(toBase64Url(bytes)).toBe(Buffer.from(bytes).toString("base64url"));
        expect(fromBase64Url(toBase64Url(bytes))).toEqual(bytes);
      }),
    );
  });

  it.each([
    ["", ""],
    ["f", "my"],
    ["fo", "mzxq"],
    ["foo", "mzxw6"],
    ["foob", "mzxw6yq"],
    ["fooba", "mzxw6ytb"],
    ["foobar", "mzxw6ytboi"],
  ])("base32 of %j is that of RFC 4648", (plain, encoded) => {
    expect(toBase32(utf8(plain))).toBe(encoded);
  });

  it.each(["A", "AA==", "AB", "AAB", "A+/A", "AA AA", "AAAA\n", "é"])(
    "base64url does not take %j",
    (encoded) => {
      expect(fromBase64Url(encoded)).toBeNull();
    },
  );
});

describe("digests", () => {
  it("are those of Node", async () => {
    await fc.assert(
      fc.asyncProperty(text, fc.uint8Array({ minLength: 1 }), async (drawn, secret) => {
        const key = Uint8Array.from(secret);
        expect(toHex(await sha256(drawn))).toBe(createHash("sha256").update(drawn).digest("hex"));
        expect(await sha256(key)).toEqual(await sha256(key.slice()));
        expect(await hmacHex(key, drawn)).toBe(
          createHmac("sha256", secret).update(drawn).digest("hex"),
        );
      }),
      { numRuns: 30 },
    );
  });
});

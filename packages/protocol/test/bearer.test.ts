import { describe, expect, it } from "vitest";
import { toBase64Url, utf8 } from "../src/bytes.js";
import { tokenOf } from "../src/index.js";

const token = (head: unknown): string => `${toBase64Url(utf8(JSON.stringify(head)))}.e30.AA`;
const OURS = token({ alg: "EdDSA", kid: "a", typ: "mwt+jwt" });

describe("tokenOf", () => {
  it.each([
    [{}, null],
    [{ "X-Mizan-Token": "anything" }, "anything"],
    [{ "X-Mizan-Token": "" }, ""],
    [{ "X-Mizan-Token": "first", Authorization: `Bearer ${OURS}` }, "first"],
    [{ Authorization: `Bearer ${OURS}` }, OURS],
    [{ Authorization: `bearer   ${OURS}` }, OURS],
    [{ Authorization: `Bearer ${token({ typ: "JWT" })}` }, null],
    [{ Authorization: `Bearer ${token(["mwt+jwt"])}` }, null],
    [{ Authorization: "Bearer not-base64!" }, null],
    [{ Authorization: "Basic dXNlcjpwYXNz" }, null],
    [{ Authorization: `Bearer ${"a".repeat(9000)}` }, null],
  ])("of %j", (headers, expected) => {
    expect(tokenOf(new Headers(headers))).toBe(expected);
  });
});

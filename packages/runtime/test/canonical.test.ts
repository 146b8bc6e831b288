import { describe, expect, it } from "vitest";
import { canonicalString, encode, identify } from "../src/canonical.js";
import type { ParamValue } from "../src/index.js";
import { vectors } from "./vectors.js";

const isScalar = (value: unknown): boolean =>
  ["string", "number", "boolean"].includes(typeof value);
const isParam = (value: unknown): boolean =>
  isScalar(value) || (Array.isArray(value) && value.every(isScalar));

describe("canonicalString", () => {
  const known = vectors("canonical").filter(({ input, expect: { ok } }) => {
    return ok && isParam((input as { value: unknown }).value);
  });

  it("has vectors", () => {
    expect(known.length).toBeGreaterThan(10);
  });

  it.each(known.map(({ id, input, expect: { ok } }) => [id, input, ok] as const))(
    "agrees with %s",
    (_, input, ok) => {
      const { value } = input as { value: ParamValue };
      expect({ text: canonicalString(value) }).toEqual(ok);
    },
  );

  it("is one for values that a server takes for one", () => {
    expect([5, "5", 5.0].map(canonicalString)).toEqual(["5", "5", "5"]);
    expect([-0, 1e21, 1e-7].map(canonicalString)).toEqual(["0", "1e+21", "1e-7"]);
    expect(canonicalString([1, "a", true])).toBe('[1,"a",true]');
  });
});

describe("encode", () => {
  it("leaves unreserved characters alone", () => {
    expect(encode("aZ0-._~")).toBe("aZ0-._~");
    expect(encode("!'()*é +")).toBe("%21%27%28%29%2A%C3%A9%20%2B");
  });

  it("refuses a lone surrogate", () => {
    expect(() => encode("\ud800")).toThrow(URIError);
  });
});

interface UrlInput {
  readonly base_url: string;
  readonly context: string;
  readonly parameters: readonly {
    name: string;
    type: { type: string };
    default?: ParamValue | null;
  }[];
  readonly args: Record<string, ParamValue | null>;
}

describe("identify", () => {
  // Types that have one spelling; the others need `coerce`.
  const plain = ["boolean", "integer", "number", "string", "choice", "date"];
  const known = vectors("url-build").flatMap(({ id, input, expect: { ok } }) => {
    const each = input as UrlInput;
    const { method, url } = (ok ?? {}) as { method?: string; url?: string };
    const isPlain = each.parameters.every(
      ({ name, type }) => plain.includes(type.type) && isParam(each.args[name] ?? ""),
    );
    return isPlain && method === "GET" ? [[id, each, url] as const] : [];
  });

  it("has vectors", () => {
    expect(known.length).toBeGreaterThan(10);
  });

  it.each(known)("agrees with %s", (_, { base_url, context, parameters, args }, url) => {
    const defaults = Object.fromEntries(
      parameters.flatMap(({ name, default: value }) => (value == null ? [] : [[name, value]])),
    );
    expect(`${base_url}ctx/${identify({ name: context, defaults }, args).key}`).toBe(url);
  });

  it("fills in defaults, leaves out what is absent, sorts names", () => {
    const context = { name: "user", defaults: { page: 1, size: 10 } };
    const { key, params } = identify(context, {
      user_id: 5,
      page: undefined,
      size: null,
      q: undefined,
    });
    expect(key).toBe("user/?page=1&user_id=5");
    expect(params).toEqual({ page: 1, user_id: 5 });
    expect(identify({ name: "note" }, {}).key).toBe("note/");
  });

  it("takes the canonical form where there are several spellings", () => {
    const context = { name: "doc", coerce: { id: (value: string) => value.toLowerCase() } };
    expect(identify(context, { id: "A", b: "B" }).key).toBe("doc/?b=B&id=a");
    expect(identify(context, {}).key).toBe("doc/");
  });
});

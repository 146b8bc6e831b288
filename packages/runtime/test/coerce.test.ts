import { coerce as checked, type ParameterType } from "@mizan/protocol";
import { describe, expect, it } from "vitest";
import { datetime, decimal, listOf, uuid } from "../src/coerce.js";
import { vectors } from "./vectors.js";

const known: Record<string, (value: string) => unknown> = { uuid, datetime, decimal };

describe.each(Object.keys(known))("%s", (name) => {
  const mine = vectors("coerce").flatMap(({ id, input, expect: { ok } }) => {
    const { type, value } = input as { type: { type: string }; value: unknown };
    const { value: wanted } = (ok ?? { value: undefined }) as { value: unknown };
    return type.type === name && typeof value === "string" ? [[id, value, wanted] as const] : [];
  });

  it("has vectors", () => {
    expect(mine.length).toBeGreaterThan(5);
  });

  it.each(mine)("agrees with %s, and leaves alone what is refused", (_, value, wanted) => {
    const given = known[name]?.(value);
    if (wanted !== undefined) expect(given).toBe(wanted);
    // What a server refuses it must not be made to accept.
    else expect(() => checked(given, { type: name } as ParameterType)).toThrow();
  });
});

describe("datetime", () => {
  it("takes a Date", () => {
    expect(datetime(new Date(1_500))).toBe("1970-01-01T00:00:01.5Z");
  });
});

describe("listOf", () => {
  it("does it with each element", () => {
    expect(listOf(uuid)(["A", "b"])).toEqual(["a", "b"]);
  });
});

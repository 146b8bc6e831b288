import { describe, expect, it } from "vitest";
import { identify } from "../src/canonical.js";
import type { Target } from "../src/index.js";
import { matches } from "../src/targets.js";
import { vectors } from "./vectors.js";

describe("matches", () => {
  it.each(vectors("matches").map(({ id, input, expect: { ok } }) => [id, input, ok] as const))(
    "agrees with %s",
    (_, input, ok) => {
      if (ok === undefined) return;
      const { target, instance } = input as {
        target: Target;
        instance: { context: string; params: object };
      };
      const entry = identify({ name: instance.context }, instance.params);
      expect({ matches: matches(target, entry) }).toEqual(ok);
    },
  );

  const entry = identify({ name: "user" }, { user_id: 5 });

  it("takes a value that is absent for any", () => {
    expect(matches({ context: "user", params: { user_id: null } }, entry)).toBe(true);
    expect(matches({ context: "user", params: { user_id: undefined } }, entry)).toBe(true);
  });

  it("takes what it does not know for everything", () => {
    expect(matches(null, entry)).toBe(true);
    expect(matches({ all: true } as unknown as Target, entry)).toBe(true);
  });
});

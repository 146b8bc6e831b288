import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Purges, type Begun } from "../src/purges.js";

type Step =
  | { readonly kind: "begin" }
  | { readonly kind: "end"; readonly at: number }
  | { readonly kind: "purge"; readonly names: readonly string[] | null };

const names = fc.array(fc.constantFrom("a", "b", "c", "d", "e"), { maxLength: 3 });
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.constant<Step>({ kind: "begin" }),
  fc.record({ kind: fc.constant("end"), at: fc.nat(9) }),
  fc.record({ kind: fc.constant("purge"), names: fc.option(names, { freq: 8 }) }),
);

/** Plays steps; calls `check` with each fetch and what was purged since it began. */
function play(
  purges: Purges,
  steps: readonly Step[],
  check: (begun: Begun, since: ReadonlySet<string> | null) => void,
): void {
  const live = new Map<Begun, Set<string> | null>();
  for (const each of steps) {
    const list = [...live.keys()];
    if (each.kind === "begin") live.set(purges.begin(), new Set());
    const ended = each.kind === "end" ? list[each.at % Math.max(1, list.length)] : undefined;
    if (ended !== undefined) {
      purges.end(ended);
      live.delete(ended);
    }
    if (each.kind === "purge") {
      purges.record(each.names === null ? null : new Set(each.names));
      for (const [begun, since] of live) {
        const all = since === null || each.names === null;
        live.set(begun, all ? null : new Set([...since, ...each.names]));
      }
    }
    for (const [begun, since] of live) check(begun, since);
  }
}

describe("the order of purges", () => {
  it("is exact for what goes on", () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40, size: "max" }), names, (steps, own) => {
        const purges = new Purges();
        play(purges, steps, (begun, since) => {
          const isStruck = since === null || own.some((name) => since.has(name));
          expect(purges.hasStruck(own, begun.after)).toBe(isStruck);
        });
      }),
    );
  });

  it("errs to the safe side where it knows of too many names", () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40, size: "max" }), names, (steps, own) => {
        const purges = new Purges(2);
        play(purges, steps, (begun, since) => {
          const isStruck = since === null || own.some((name) => since.has(name));
          if (isStruck) expect(purges.hasStruck(own, begun.after)).toBe(true);
        });
        expect(purges.size).toBeLessThanOrEqual(2);
      }),
    );
  });

  it("knows what a look needs of a fetch that has ended meanwhile", () => {
    const purges = new Purges();
    const fetch = purges.begin();
    purges.record(new Set(["a"]));
    const look = purges.look();
    purges.end(fetch);
    expect(purges.hasStruck(["a"], fetch.after)).toBe(true);
    const later = purges.look();
    purges.end(look);
    expect(purges.size).toBe(0);
    purges.record(new Set(["b"]));
    expect(purges.hasStruck(["b"], later.after)).toBe(true);
    purges.end(later);
    expect(purges.size).toBe(0);
  });

  it("forgets what nothing needs any more", () => {
    const purges = new Purges();
    const first = purges.begin();
    purges.record(new Set(["a"]));
    const second = purges.begin();
    purges.record(new Set(["b"]));
    expect(purges.size).toBe(2);
    purges.end(first);
    expect(purges.size).toBe(1);
    purges.end(second);
    expect(purges.size).toBe(0);
    purges.record(new Set(["c"]));
    expect([purges.size, purges.latest]).toEqual([0, 3]);
  });
});

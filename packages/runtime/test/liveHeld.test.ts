import { parseHeld } from "@mizan/protocol";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { identify } from "../src/canonical.js";
import { isAmong, itemOf, itemOfServer, subscription } from "../src/liveHeld.js";

const user = (user_id: number | string): string => itemOf(identify({ name: "user" }, { user_id }));

function fieldsOf(path: string): string[] {
  return new URL(path, "http://x/api/").searchParams.getAll("held");
}

describe("itemOf", () => {
  it("is a member of X-Mizan-Held, as the server names it", () => {
    expect(user("Ä b")).toBe('user;user_id="%C3%84%20b"');
    expect(itemOfServer({ context: "user", params: { user_id: "Ä b" } })).toBe(user("Ä b"));
    expect(itemOfServer({ context: "list" })).toBe("list");
  });

  it("is the context alone where the instance has no room", () => {
    expect(user(`a${"b".repeat(2000)}`)).toBe("user");
  });
});

describe("isAmong", () => {
  it("finds an item, or its context", () => {
    expect(isAmong(user(1), new Set([user(1)]))).toBe(true);
    expect(isAmong(user(1), new Set(["user"]))).toBe(true);
    expect(isAmong(user(1), new Set([user(2), "users"]))).toBe(false);
  });
});

describe("subscription", () => {
  it("has fields that a server reads, with every item", () => {
    const name = fc.constantFrom("user", "list", "order.lines");
    const params = fc.dictionary(fc.constantFrom("a", "b"), fc.string({ unit: "grapheme" }));
    fc.assert(
      fc.property(fc.array(fc.tuple(name, params), { minLength: 1, maxLength: 60 }), (all) => {
        const wanted = all.map(([context, given]) => itemOf(identify({ name: context }, given)));
        const [path, items] = subscription(wanted);
        const fields = fieldsOf(path);
        for (const field of fields) expect(field.length).toBeLessThanOrEqual(1024);
        const read = fields.flatMap((field) => parseHeld(field)).map(itemOfServer);
        expect(new Set(read)).toEqual(items);
        for (const each of wanted) expect(isAmong(each, items)).toBe(true);
      }),
    );
  });

  it("begins another field after eight items, or where one is full", () => {
    const nine = Array.from({ length: 9 }, (_, index) => user(index));
    expect(fieldsOf(subscription(nine)[0]).map((each) => each.split(", ").length)).toEqual([8, 1]);
    const long = ["a", "b", "c"].map((each) => user(each + "x".repeat(400)));
    expect(fieldsOf(subscription(long)[0]).map((each) => each.split(", ").length)).toEqual([2, 1]);
  });

  it("names the contexts that have the most, where there are too many", () => {
    const many = Array.from({ length: 120 }, (_, index) => user(index));
    const others = ["list", 'order;id="1"', 'order;id="2"'];
    const [path, items] = subscription([...others, ...many]);
    expect([...items]).toEqual([...others, "user"]);
    expect(fieldsOf(path)).toEqual([[...items].join(", ")]);
    const long = Array.from({ length: 10 }, (_, index) => user(`${"x".repeat(480)}${index}`));
    expect([...subscription(long)[1]]).toEqual(["user"]);
  });

  it("leaves it to the server to refuse too many contexts", () => {
    const many = Array.from({ length: 101 }, (_, index) => `context_${index}`);
    expect(subscription(many)[1].size).toBe(101);
  });
});

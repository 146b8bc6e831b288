import { describe, expect, it } from "vitest";
import {
  attempt,
  DeclarationError,
  MizanError,
  SecretError,
  under,
  WireError,
} from "../src/errors.js";

describe("the tree of errors", () => {
  it.each([
    [new MizanError("app.own", "Broken."), "MizanError", "app.own"],
    [new WireError("json.syntax", "Broken."), "WireError", "json.syntax"],
    [new DeclarationError("declaration.by", "Broken."), "DeclarationError", "declaration.by"],
    [new SecretError("Broken."), "SecretError", "key.secret"],
  ])("%s has a name, a code and a sentence", (error, name, code) => {
    expect(error).toBeInstanceOf(MizanError);
    expect(error).toBeInstanceOf(Error);
    expect([error.name, error.code, error.message]).toEqual([name, code, "Broken."]);
  });

  it("says where the fault is", () => {
    const error = new WireError("coerce.lexical", "Broken.", { pointer: "/a", position: 3 });
    expect([error.pointer, error.position]).toEqual(["/a", 3]);
    expect(new WireError("coerce.lexical", "Broken.").pointer).toBeUndefined();
  });

  it.each([
    ["json.depth", 400],
    ["url.size", 400],
    ["header.star", 400],
    ["token.kid", 401],
    ["param.unknown", 422],
    ["coerce.type", 422],
    ["validation", 422],
  ] as const)("%s would be answered with %i", (code, status) => {
    expect(new WireError(code, "Broken.").status).toBe(status);
  });
});

describe("attempt", () => {
  it("gives the value, or what recover makes of a MizanError", () => {
    expect(
      attempt(
        () => 1,
        () => 2,
      ),
    ).toBe(1);
    const fail = (): number => {
      throw new SecretError("Broken.");
    };
    expect(attempt(fail, (error) => error.code)).toBe("key.secret");
  });

  it("lets any other error pass", () => {
    const fail = (): number => {
      throw new RangeError("other");
    };
    expect(() => attempt(fail, () => 2)).toThrow(RangeError);
  });
});

describe("under", () => {
  it("puts the pointer below another", () => {
    const fail = (pointer?: string) => () => {
      throw new WireError("coerce.null", "Broken.", pointer === undefined ? {} : { pointer });
    };
    expect(() => under("/a", fail("/0"))).toThrow(expect.objectContaining({ pointer: "/a/0" }));
    expect(() => under("/a", fail())).toThrow(expect.objectContaining({ pointer: "/a" }));
  });

  it("leaves errors that have no pointer as they are", () => {
    const error = new DeclarationError("declaration.by", "Broken.");
    expect(() =>
      under("/a", () => {
        throw error;
      }),
    ).toThrow(error);
  });
});

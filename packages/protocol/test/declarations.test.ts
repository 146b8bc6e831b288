import { describe, expect, it } from "vitest";
import { readDeclarations } from "../src/declarations.js";
import type {
  Affects,
  ContextDeclaration,
  Declarations,
  FunctionDeclaration,
  Parameter,
} from "../src/index.js";
import { codeOf } from "./expect.js";
import { PAGE, QUERY, SHOP, USER_ID } from "./shop.js";

const declare = (
  contexts: ContextDeclaration[],
  functions: FunctionDeclaration[] = [],
  rest: Partial<Declarations> = {},
): Declarations => ({ mizan: "1.0", base_url: "/", contexts, functions, ...rest });

const reading = (name: string, ...parameters: Parameter[]): FunctionDeclaration => ({
  name,
  context: "a",
  parameters,
});
const integer = { type: "integer" } as const;
const required = (name: string): Parameter => ({ name, type: integer, required: true });
const twice = { type: { type: "choice" as const, choices: [1, "1"] } };
const affecting = (affects: Affects, ...args: string[]): FunctionDeclaration => ({
  name: "m",
  affects: [affects],
  arguments: args,
});
const A: ContextDeclaration[] = [{ name: "a" }];
const BOUND: ContextDeclaration[] = [{ name: "a", bind: [{ name: "owner", type: integer }] }];

describe("readDeclarations", () => {
  it("derives what follows from the functions", () => {
    const { contexts, functions, baseUrl } = readDeclarations(SHOP);
    expect(baseUrl).toBe("/m/");
    const user = contexts.get("user");
    expect(user?.parameters).toEqual([
      { name: "page", type: integer, required: false, nullable: false, default: 1 },
      { name: "q", type: { type: "string" }, required: false, nullable: true, default: null },
      { name: "user_id", type: integer, required: true, nullable: false },
    ]);
    expect([...(user?.scope.keys() ?? [])]).toEqual(["user_id"]);
    expect(user?.userScoped).toBe(false);
    expect(contexts.get("cart")?.userScoped).toBe(true);
    expect(functions.get("merge")?.effects.map(({ scope }) => [...scope.keys()])).toEqual([
      ["user_id"],
      ["owner"],
    ]);
  });

  it("requires what any function requires", () => {
    const optional: Parameter = { ...required("x"), required: false, default: 1 };
    for (const both of [
      [reading("f", required("x")), reading("g", optional)],
      [reading("f", optional), reading("g", required("x"))],
    ]) {
      const context = readDeclarations(declare(A, both)).contexts.get("a");
      expect(context?.parameters).toEqual([{ ...required("x"), nullable: false }]);
      expect(context?.scope.size).toBe(0);
    }
  });

  it("leaves bound parameters out of the others, and scopes by them", () => {
    const [context] = readDeclarations(declare(BOUND, [reading("f", required("owner"))])).contexts;
    expect(context?.[1].parameters).toEqual([]);
    expect([...(context?.[1].scope.keys() ?? [])]).toEqual(["owner"]);
  });

  it("lets scope_by choose", () => {
    const names = ["d", "c", "b", "a"];
    const functions = [reading("f", ...names.map(required))];
    const scope = (scope_by?: string[]): (() => unknown) => {
      const context = scope_by === undefined ? { name: "a" } : { name: "a", scope_by };
      return () => [
        ...(readDeclarations(declare([context], functions))
          .contexts.get("a")
          ?.scope.keys() ?? []),
      ];
    };
    expect(scope(["c", "a", "c"])()).toEqual(["a", "c"]);
    expect(scope([])()).toEqual([]);
    expect(codeOf(scope())).toBe("declaration.scope");
    expect(codeOf(scope(names))).toBe("declaration.scope");
    expect(codeOf(scope(["x"]))).toBe("declaration.scope");
  });

  it.each<[boolean | undefined, Partial<FunctionDeclaration>, boolean]>([
    [undefined, {}, false],
    [true, {}, true],
    [undefined, { guarded: true }, true],
    [undefined, { parameters: [required("account")] }, true],
    [false, { parameters: [required("account")] }, false],
  ])("user_scoped %o with %j is %o", (given, part, userScoped) => {
    const context = given === undefined ? { name: "a" } : { name: "a", user_scoped: given };
    const declarations = declare([context], [{ ...reading("f"), ...part }], {
      identity_params: ["account"],
    });
    expect(readDeclarations(declarations).contexts.get("a")?.userScoped).toBe(userScoped);
  });

  it.each<[string, string, Declarations]>([
    ["name", "of a context", declare([{ name: "A" }])],
    ["duplicate", "contexts", declare([...A, ...A])],
    ["name", "of a bound one", declare([{ name: "a", bind: [{ name: "a.b", type: integer }] }])],
    [
      "duplicate",
      "bound ones",
      declare([{ name: "a", bind: ["x", "x"].map((name) => ({ name, type: integer })) }]),
    ],
    ["ambiguous", "bound one", declare([{ name: "a", bind: [{ name: "x", ...twice }] }])],
    ["name", "of a function", declare(A, [{ name: "1" }])],
    ["duplicate", "functions", declare(A, [{ name: "f" }, { name: "f" }])],
    ["both", "context and affects", declare(A, [{ ...reading("f"), affects: [{ context: "a" }] }])],
    ["both", "context and private", declare(A, [{ ...reading("f"), private: true }])],
    ["route", "on rpc", declare(A, [{ ...reading("f"), route: "/f/" }])],
    ["route", "missing on a view", declare(A, [{ ...reading("f"), path: "view" }])],
    ["unknown_target", "context", declare([], [reading("f")])],
    ["name", "of a parameter", declare(A, [reading("f", required("X"))])],
    ["name", "of an argument", declare(A, [{ name: "f", arguments: ["x-y"] }])],
    ["duplicate", "parameters", declare(A, [reading("f", required("x"), required("x"))])],
    ["duplicate", "arguments", declare(A, [{ name: "f", arguments: ["x", "x"] }])],
    ["ambiguous", "choice", declare(A, [reading("f", { ...required("x"), ...twice })])],
    ["default", "nullable, required", declare(A, [reading("f", { ...QUERY, required: true })])],
    ["default", "nullable, not null", declare(A, [reading("f", { ...QUERY, default: "x" })])],
    ["default", "none", declare(A, [reading("f", { ...required("x"), required: false })])],
    ["default", "null", declare(A, [reading("f", { ...PAGE, default: null })])],
    ["default", "of another type", declare(A, [reading("f", { ...PAGE, default: "x" })])],
    ["default", "required", declare(A, [reading("f", { ...required("x"), default: "x" })])],
    [
      "parameter_type",
      "types",
      declare(A, [
        reading("f", required("x")),
        reading("g", { ...required("x"), type: { type: "string" } }),
      ]),
    ],
    [
      "parameter_type",
      "nullability",
      declare(A, [
        reading("f", QUERY),
        reading("g", { name: "q", type: { type: "string" }, required: true }),
      ]),
    ],
    [
      "parameter_type",
      "bound",
      declare(BOUND, [reading("f", { ...required("owner"), type: { type: "string" } })]),
    ],
    [
      "default",
      "two",
      declare(A, [
        reading("f", PAGE),
        reading("g", required("page")),
        reading("h", { ...PAGE, default: 2 }),
      ]),
    ],
    ["user_scoped", "bound", declare(BOUND.map((each) => ({ ...each, user_scoped: false })))],
    [
      "user_scoped",
      "guarded",
      declare([{ name: "a", user_scoped: false }], [{ ...reading("f"), guarded: true }]),
    ],
    ["unknown_target", "affected context", declare(A, [affecting({ context: "b" })])],
    ["unknown_target", "function", declare(A, [affecting({ context: "a", function: "g" })])],
    [
      "unknown_target",
      "function of another context",
      declare([...A, { name: "b" }], [reading("f"), affecting({ context: "b", function: "f" })]),
    ],
    [
      "by",
      "what is no scope parameter",
      declare(A, [reading("f", PAGE), affecting({ context: "a", by: ["page"] }, "page")]),
    ],
    [
      "by",
      "what is not given",
      declare(A, [reading("f", USER_ID), affecting({ context: "a", by: ["user_id"] }, "x")]),
    ],
  ])("refuses declaration.%s: %s", (fault, _, declarations) => {
    expect(codeOf(() => readDeclarations(declarations))).toBe(`declaration.${fault}`);
  });

  it.each<[string, Declarations]>([
    ["contexts before functions", declare([...A, ...A], [{ name: "F" }])],
    ["functions in order", declare(A, [{ name: "f" }, { name: "f" }, { name: "F" }])],
  ])("reports the first fault: %s", (_, declarations) => {
    expect(codeOf(() => readDeclarations(declarations))).toBe("declaration.duplicate");
  });

  it("takes equal defaults in two spellings, and private views without a route", () => {
    const functions = [
      reading("f", PAGE),
      reading("g", { ...PAGE, default: 1 }),
      reading("h", { ...PAGE, nullable: false }),
      { name: "p", path: "view" as const, private: true },
    ];
    expect(codeOf(() => readDeclarations(declare(A, functions)))).toBeNull();
  });
});

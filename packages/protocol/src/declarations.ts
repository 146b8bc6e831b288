/**
 * Declarations: what a server knows when it starts (SPEC.md, sections 6.1 and 7.2, annex C.5).
 * Invariant: a catalog is made only of declarations without a fault; of several, the first in the
 * order of annex C.5 is reported.
 */

import { canonicalJson } from "./canonical.js";
import { checkType, coerce, isOfType } from "./coerce.js";
import { DeclarationError } from "./errors.js";
import type {
  Affects,
  ContextDeclaration,
  Declarations,
  FunctionDeclaration,
  ManifestParameter,
  Parameter,
  ParameterType,
} from "./generated/types.js";
import { compareText } from "./json.js";
import { isName, isParameterName } from "./names.js";

/** A context with what follows from its functions. */
export interface CatalogContext {
  readonly declaration: ContextDeclaration;
  readonly functions: readonly FunctionDeclaration[];
  /** Sorted by name. */
  readonly parameters: readonly ManifestParameter[];
  /** The types of the bound parameters by name. */
  readonly bound: ReadonlyMap<string, ParameterType>;
  /** The types of the scope parameters by name, sorted. */
  readonly scope: ReadonlyMap<string, ParameterType>;
  readonly userScoped: boolean;
}

/** What a mutation makes stale, with what follows from the context. */
export interface Effect {
  readonly declaration: Affects;
  readonly context: CatalogContext;
  /** The types of the parameters that scope the target, by name, sorted. */
  readonly scope: ReadonlyMap<string, ParameterType>;
}

export interface CatalogFunction {
  readonly declaration: FunctionDeclaration;
  /** The names of its arguments. */
  readonly arguments: ReadonlySet<string>;
  readonly effects: readonly Effect[];
}

/** Declarations that were checked. */
export interface Catalog {
  readonly baseUrl: string;
  readonly contexts: ReadonlyMap<string, CatalogContext>;
  readonly functions: ReadonlyMap<string, CatalogFunction>;
}

const MOST_SCOPE_PARAMS = 3;

/**
 * Checks declarations and derives what follows from them.
 *
 * @throws DeclarationError `declaration.*`
 */
export function readDeclarations(declarations: Declarations): Catalog {
  const { contexts, functions } = declarations;
  checkNames(contexts, "context", isName, checkBound);
  const known = new Set(contexts.map(({ name }) => name));
  checkNames(functions, "function", isName, (each) => {
    checkFunction(each, known);
  });
  const catalog = new Map(contexts.map((each) => [each.name, readContext(each, declarations)]));
  return {
    baseUrl: declarations.base_url,
    contexts: catalog,
    functions: new Map(functions.map((each) => [each.name, readFunction(each, catalog)])),
  };
}

type Fault =
  | "name"
  | "duplicate"
  | "both"
  | "unknown_target"
  | "parameter_type"
  | "default"
  | "scope"
  | "by"
  | "route"
  | "user_scoped";

function fail(fault: Fault, problem: string): never {
  throw new DeclarationError(`declaration.${fault}`, `${problem}.`);
}

/** For each item in order: its name, a repeated name, then `check`. */
function checkNames<T extends { readonly name: string }>(
  items: readonly T[],
  what: string,
  isValid: (name: string) => boolean,
  check: (item: T) => void,
): void {
  const seen = new Set<string>();
  for (const item of items) {
    const { name } = item;
    if (!isValid(name)) fail("name", `${JSON.stringify(name)} is no valid name of a ${what}`);
    if (seen.has(name)) fail("duplicate", `The ${what} ${name} is declared twice`);
    seen.add(name);
    check(item);
  }
}

function checkBound({ bind = [] }: ContextDeclaration): void {
  checkNames(bind, "parameter", isParameterName, ({ type }) => {
    checkType(type);
  });
}

function checkFunction(each: FunctionDeclaration, contexts: ReadonlySet<string>): void {
  const { name, context, path = "rpc", route } = each;
  const isPrivate = each.private === true;
  if (context !== undefined && (each.affects !== undefined || isPrivate)) {
    fail("both", `${name} reads a context, so it cannot have affects or be private`);
  }
  if (path === "rpc" ? route !== undefined : route === undefined && !isPrivate) {
    fail("route", `${name} must have a route if, and only if, it is a public view`);
  }
  if (context === undefined) {
    const names = (each.arguments ?? []).map((argument) => ({ name: argument }));
    checkNames(names, "parameter", isParameterName, () => undefined);
    return;
  }
  if (!contexts.has(context)) fail("unknown_target", `${name} has the unknown context ${context}`);
  checkNames(each.parameters ?? [], "parameter", isParameterName, checkParameter);
}

function checkParameter(parameter: Parameter): void {
  const { name, type, required, nullable = false } = parameter;
  checkType(type);
  const given = parameter.default;
  const fits = nullable
    ? !required && (given ?? null) === null
    : given === undefined
      ? required
      : isOfType(given, type);
  if (!fits) fail("default", `${name} must have null (nullable) or a value of its type as default`);
}

function sameType(a: ParameterType, b: ParameterType): boolean {
  return canonicalJson(a) === canonicalJson(b);
}

function readContext(declaration: ContextDeclaration, all: Declarations): CatalogContext {
  const functions = all.functions.filter(({ context }) => context === declaration.name);
  const bound = new Map(
    (declaration.bind ?? []).map(({ name, type }): [string, ParameterType] => [name, type]),
  );
  const parameters = [...unite(declaration.name, functions, bound).values()].sort((a, b) =>
    compareText(a.name, b.name),
  );
  const scope = scopeOf(declaration, functions, parameters, bound);
  const userScoped = isUserScoped(declaration, functions, parameters, all.identity_params ?? []);
  return { declaration, functions, parameters, bound, scope, userScoped };
}

/** The union of the functions' parameters (MZ-PAR-001), bound ones left out. */
function unite(
  context: string,
  functions: readonly FunctionDeclaration[],
  bound: ReadonlyMap<string, ParameterType>,
): ReadonlyMap<string, ManifestParameter> {
  const union = new Map<string, ManifestParameter>();
  const defaults = new Map<string, string>();
  for (const parameter of functions.flatMap(({ parameters = [] }) => parameters)) {
    const { name, type, required, nullable = false } = parameter;
    const boundType = bound.get(name);
    const known = union.get(name);
    const agrees =
      sameType(boundType ?? known?.type ?? type, type) &&
      (known?.nullable ?? nullable) === nullable;
    if (!agrees) fail("parameter_type", `${context} has the parameter ${name} with two types`);
    if (boundType !== undefined) continue;
    const value = required ? undefined : coerce(parameter.default ?? null, type, nullable);
    if (value !== undefined) {
      const text = canonicalJson(value);
      const same = (defaults.get(name) ?? text) === text;
      if (!same) fail("default", `${context} has the parameter ${name} with two defaults`);
      defaults.set(name, text);
    }
    const isRequired = required || known?.required === true;
    const optional = isRequired || value === undefined ? {} : { default: value };
    union.set(name, { name, type, required: isRequired, nullable, ...optional });
  }
  return union;
}

/** The scope parameters (MZ-SCO-001), sorted. */
function scopeOf(
  { name: context, scope_by }: ContextDeclaration,
  functions: readonly FunctionDeclaration[],
  parameters: readonly ManifestParameter[],
  bound: ReadonlyMap<string, ParameterType>,
): ReadonlyMap<string, ParameterType> {
  const eligible = new Map(bound);
  for (const { name, type } of parameters) {
    const isRequired = functions.every(({ parameters: own = [] }) =>
      own.some((each) => each.name === name && each.required),
    );
    if (isRequired) eligible.set(name, type);
  }
  const names = [...new Set(scope_by ?? eligible.keys())].sort();
  if (names.length > MOST_SCOPE_PARAMS) {
    fail("scope", `${context} has more than ${MOST_SCOPE_PARAMS} scope parameters`);
  }
  return new Map(
    names.map((name) => {
      const type = eligible.get(name);
      return [name, type ?? fail("scope", `${context} cannot be scoped by ${name}`)];
    }),
  );
}

/** MZ-MAN-003. */
function isUserScoped(
  { name: context, user_scoped, bind = [] }: ContextDeclaration,
  functions: readonly FunctionDeclaration[],
  parameters: readonly ManifestParameter[],
  identities: readonly string[],
): boolean {
  const isForced = bind.length > 0 || functions.some(({ guarded }) => guarded === true);
  if (user_scoped === false && isForced) {
    fail("user_scoped", `${context} binds a parameter or is guarded, so it is user-scoped`);
  }
  return user_scoped ?? (isForced || parameters.some(({ name }) => identities.includes(name)));
}

function readFunction(
  declaration: FunctionDeclaration,
  contexts: ReadonlyMap<string, CatalogContext>,
): CatalogFunction {
  const names = new Set(declaration.arguments);
  const effects = (declaration.affects ?? []).map((affects): Effect => {
    const context = contexts.get(affects.context);
    const target = affects.function;
    const reads = target === undefined || context?.functions.some(({ name }) => name === target);
    if (context === undefined || reads !== true) {
      return fail("unknown_target", `${declaration.name} affects what is not declared`);
    }
    const isGiven = (name: string): boolean => names.has(name) || context.bound.has(name);
    const scope = new Map([...context.scope].filter(([name]) => isGiven(name)));
    const { by } = affects;
    const stray = by?.find((name) => !scope.has(name));
    if (stray !== undefined) {
      fail("by", `${declaration.name} cannot scope what it affects by ${stray}`);
    }
    const chosen = [...scope].filter(([name]) => by?.includes(name) ?? true);
    return { declaration: affects, context, scope: new Map(chosen) };
  });
  return { declaration, arguments: names, effects };
}

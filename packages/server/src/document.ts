/**
 * From declared functions to a declarations document (SPEC.md, section 12 and annex C.5).
 * Invariant: the document says all that the protocol checks; what it cannot say is checked here.
 */

import {
  DeclarationError,
  type Affects,
  type ContextDeclaration,
  type Declarations,
  type FunctionDeclaration,
  type Method,
} from "@mizan/protocol";
import { By, Context } from "./context.js";
import type { Affected, AnyFunction, ClientOptions } from "./declare.js";
import { BASE_URL, type AppOptions } from "./options.js";
import { follow, membersOf, parametersOf, type Schemas } from "./schema.js";
import { nameOf } from "./targets.js";

const METHODS = new Set<string>(["DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"]);
const ROUTE = /^(?:\/|(?:\/[A-Za-z0-9._~!$&'()+,;=:@%-]+)+\/?)$/;
const BASE = /^(?:https?:\/\/[^/?#]+)?\/(?:[^?#]*\/)?$/;

/** What was declared: the document, and the contexts that are more than a name. */
export interface Declared {
  readonly document: Declarations;
  readonly contexts: ReadonlyMap<string, Context>;
}

/** @throws DeclarationError */
export function declarationsOf(
  functions: readonly AnyFunction[],
  { baseUrl = BASE_URL, identityParams = ["user_id"] }: AppOptions,
  definitions: Schemas,
): Declared {
  if (!BASE.test(baseUrl)) {
    fail("base_url", `baseUrl is ${baseUrl}; it should begin and end with a slash.`);
  }
  const contexts = contextsOf(functions);
  const names = new Set(functions.flatMap(({ options: { context } }) => nameOr(context)));
  return {
    contexts,
    document: {
      mizan: "1.0",
      base_url: baseUrl,
      identity_params: [...identityParams],
      contexts: [...names].map((name) => contextDocument(name, contexts.get(name), functions)),
      functions: functions.map((each) => functionDocument(each.options, functions, definitions)),
    },
  };
}

function fail(fault: string, message: string): never {
  throw new DeclarationError(`declaration.${fault}`, message);
}

function nameOr(context: Context | string | undefined): string[] {
  return context === undefined ? [] : [nameOf(context)];
}

/** The contexts by name, each of which may be one object only. */
function contextsOf(functions: readonly AnyFunction[]): Map<string, Context> {
  const found = new Map<string, Context>();
  for (const { options } of functions) {
    const { context } = options;
    if (!(context instanceof Context)) continue;
    const known = found.get(context.name) ?? context;
    if (known !== context) fail("duplicate", `The context ${context.name} is declared twice.`);
    found.set(context.name, context);
  }
  return found;
}

function contextDocument(
  name: string,
  declared: Context | undefined,
  functions: readonly AnyFunction[],
): ContextDeclaration {
  const { scopeBy, userScoped, bind, pageRoutes } = declared?.options ?? {};
  const said = functions
    .filter(({ options: { context } }) => nameOr(context).includes(name))
    .flatMap(({ options }) => options.userScoped ?? []);
  const scoped = [...said, ...(userScoped === undefined ? [] : [userScoped])];
  return {
    name,
    ...(scoped.length > 0 && { user_scoped: scoped.includes(true) }),
    ...(scopeBy && { scope_by: [...scopeBy] }),
    ...(bind && {
      bind: Object.entries(bind).map(([each, { type }]) => ({ name: each, type })),
    }),
    ...(pageRoutes && { page_routes: pageRoutes.map(checkRoute) }),
  };
}

function functionDocument(
  options: ClientOptions,
  functions: readonly AnyFunction[],
  definitions: Schemas,
): FunctionDeclaration {
  const { name, context, affects, route, rev = 0, cache = true } = options;
  const input = follow(options.input ?? {}, definitions);
  const document: FunctionDeclaration = {
    name,
    path: route === undefined ? "rpc" : "view",
    private: options.private === true,
    guarded: options.loginRequired === true || options.permission !== undefined,
    methods: methodsOf(options),
    rev: isCount(rev) ? rev : fail("option", `${name}: rev should be a whole number from 0.`),
    cache:
      typeof cache === "boolean" || isCount(cache)
        ? cache
        : fail("option", `${name}: cache should be true, false or a whole number of seconds.`),
    ...(route !== undefined && { route: checkRoute(route) }),
    ...(affects !== undefined && {
      affects: listOf(affects).map((each) => affectsOf(name, each, functions)),
    }),
  };
  if (context === undefined) return { ...document, arguments: Object.keys(membersOf(input)) };
  if (options.atomic) fail("option", `${name}: atomic is for what changes something.`);
  const parameters = parametersOf(input, definitions, options.types ?? {});
  return { ...document, context: nameOf(context), parameters };
}

function listOf(affects: Affected | readonly Affected[]): readonly Affected[] {
  return Array.isArray(affects) ? (affects as readonly Affected[]) : [affects as Affected];
}

function isCount(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0;
}

function checkRoute(route: string): string {
  if (ROUTE.test(route)) return route;
  return fail("route", `${route} is no route such as /orders/:order_id/.`);
}

function methodsOf({ name, methods, route, context }: ClientOptions): Method[] {
  if (methods === undefined) return [context === undefined ? "POST" : "GET"];
  if (route === undefined) fail("route", `${name}: methods is for functions with a route.`);
  const wrong = methods.find((each) => !METHODS.has(each));
  if (wrong !== undefined || methods.length === 0) {
    fail("route", `${name}: methods should be some of ${[...METHODS].join(", ")}.`);
  }
  return [...new Set(methods)].sort();
}

/** An item of `affects`: a context, or one function of it. */
function affectsOf(
  mutation: string,
  affected: Affected,
  functions: readonly AnyFunction[],
): Affects {
  if (affected instanceof By) return { context: affected.context.name, by: [...affected.names] };
  const name = nameOf(affected);
  if (affected instanceof Context) return { context: name };
  const reader = functions.find(({ options }) => options.name === name)?.options;
  const isContext = functions.some(({ options }) => nameOr(options.context).includes(name));
  if (isContext && typeof affected === "string") return { context: name };
  if (reader?.context !== undefined) return { context: nameOf(reader.context), function: name };
  return fail("unknown_target", `${mutation} affects ${name}, which is nothing that is read.`);
}

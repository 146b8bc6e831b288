/**
 * The client schema: what generated clients are made from (SPEC.md, section 12.3).
 * Invariant: nothing of a private function or a view is in it, and the same declarations give the
 * same bytes.
 */

import {
  isPlainObject,
  type Catalog as Protocol,
  type ClientContext,
  type ClientFunction as FunctionDocument,
  type ClientSchema,
  type Effect,
} from "@mizan/protocol";
import type { ReadContext, ServerFunction } from "./catalog.js";
import { digest } from "./digest.js";
import { membersOf, follow, type JsonSchema, type Schemas } from "./schema.js";

/** The client schema of public functions that return data, and of their contexts. */
export function clientSchema(
  { baseUrl }: Protocol,
  functions: readonly ServerFunction[],
  contexts: readonly ReadContext[],
  definitions: Schemas,
): ClientSchema {
  const shown = functions.filter(({ isView, options }) => !isView && options.private !== true);
  const described = shown.map((each) => [each.name, describe(each, definitions)] as const);
  const used: Record<string, JsonSchema> = {};
  collect(
    described.map(([, each]) => each),
    definitions,
    used,
  );
  return {
    mizan: "1.0",
    base_url: baseUrl,
    functions: Object.fromEntries(described),
    contexts: Object.fromEntries(
      contexts
        .filter((each) => each.functions.length > 0)
        .map((each) => [each.name, describeContext(each)]),
    ),
    ...(Object.keys(used).length > 0 && { $defs: used }),
  };
}

function describe(each: ServerFunction, definitions: Schemas): FunctionDocument {
  const { options, context, effects, errors, methods } = each;
  const { description, deprecated } = options;
  const isMutation = effects.length > 0;
  return {
    kind: context !== null ? "read" : isMutation ? "mutation" : "call",
    methods: [...methods],
    input: { ...each.input },
    output: { ...each.output },
    ...(context !== null && { context }),
    ...(isMutation && { affects: effects.map((effect) => affectsOf(effect, each.arguments)) }),
    ...(errors.length > 0 && {
      errors: Object.fromEntries(
        errors.map(({ kind: { code, status, schema, description: when } }) => [
          code,
          { status, ...(schema && { schema: { ...schema } }), ...(when && { description: when }) },
        ]),
      ),
    }),
    ...(description && { description }),
    ...(deprecated && { deprecated }),
    ...(takesFiles(each.input, definitions) && { upload: true }),
  };
}

/** With the arguments that scope its target, so that a client need not know what scopes it. */
function affectsOf(
  { declaration, scope }: Effect,
  names: readonly string[],
): Effect["declaration"] {
  const by = [...scope.keys()].filter((name) => names.includes(name));
  return by.length > 0 || declaration.by !== undefined ? { ...declaration, by } : declaration;
}

function describeContext({ parameters, functions, description }: ReadContext): ClientContext {
  return {
    parameters: [...parameters],
    functions: functions.map(({ name }) => name),
    ...(description && { description }),
  };
}

/** Whether an argument is a file, or several. */
export function takesFiles(input: JsonSchema, definitions: Schemas): boolean {
  return Object.values(membersOf(follow(input, definitions))).some((each) => {
    const { items = each } = each;
    return isPlainObject(items) && items["format"] === "binary";
  });
}

/** The digest of one context's part of a client schema, with all it refers to. */
export function contextDigest(document: ClientSchema, name: string): Promise<string> {
  const context = document.contexts[name];
  const functions = Object.fromEntries(
    (context?.functions ?? []).map((each) => [each, document.functions[each]]),
  );
  const used: Record<string, JsonSchema> = {};
  collect(functions, document.$defs ?? {}, used);
  return digest({ context: context ?? {}, functions, $defs: used });
}

/** Gathers the definitions that a schema refers to, and those that these refer to. */
function collect(place: unknown, definitions: Schemas, used: Record<string, JsonSchema>): void {
  if (Array.isArray(place)) {
    for (const each of place) collect(each, definitions, used);
  } else if (isPlainObject(place)) {
    const ref = typeof place["$ref"] === "string" ? place["$ref"] : "";
    const name = ref.replace("#/$defs/", "");
    const next = Object.hasOwn(definitions, name) ? definitions[name] : undefined;
    if (next !== undefined && !Object.hasOwn(used, name)) {
      used[name] = next;
      collect(next, definitions, used);
    }
    for (const each of Object.values(place)) collect(each, definitions, used);
  }
}

/**
 * JSON Schemas of arguments as types of context parameters (SPEC.md, section 5.3).
 * Invariant: a schema has one parameter type or is refused; nothing is guessed.
 */

import {
  DeclarationError,
  isPlainObject,
  type Parameter,
  type ParameterType,
} from "@mizan/protocol";

/** A JSON Schema 2020-12 in the form of an object, by keyword. */
export type JsonSchema = Readonly<Record<string, unknown>>;

export type Schemas = Readonly<Record<string, JsonSchema>>;

const DEFINITIONS = "#/$defs/";
const PLAIN = new Set(["boolean", "integer", "number", "string"]);
/** Formats that the protocol has types of. */
export const FORMATS: Readonly<Record<string, ParameterType>> = {
  uuid: { type: "uuid" },
  date: { type: "date" },
  "date-time": { type: "datetime" },
};

/** The schema that a reference to a definition leads to; any other schema as it is. */
export function follow(schema: JsonSchema, definitions: Schemas): JsonSchema {
  let found = schema;
  for (let left = 64; typeof found["$ref"] === "string"; left -= 1) {
    const name = found["$ref"].slice(DEFINITIONS.length);
    const next = found["$ref"].startsWith(DEFINITIONS) ? definitions[name] : undefined;
    if (next === undefined || left === 0) {
      throw new DeclarationError("declaration.schema", `${found["$ref"]} leads to no schema.`);
    }
    found = next;
  }
  return found;
}

/** The schemas of an object's members by name, in their order. */
export function membersOf(schema: JsonSchema): Schemas {
  const { properties = {} } = schema;
  return properties as Schemas;
}

/**
 * The parameters of a reading function, of the schema of its arguments.
 *
 * @param types types that a schema cannot say, by name: a decimal
 * @throws DeclarationError `declaration.hint`
 */
export function parametersOf(
  schema: JsonSchema,
  definitions: Schemas,
  types: Readonly<Record<string, ParameterType>>,
): Parameter[] {
  const { required = [] } = schema;
  return Object.entries(membersOf(schema)).map(([name, given]) => {
    const isRequired = (required as string[]).includes(name);
    const member = follow(given, definitions);
    const inner = withoutNull(member);
    const type = types[name] ?? typeOf(inner, definitions);
    if (type === null) {
      const message = `${name} has no type of a context parameter: give it in types.`;
      throw new DeclarationError("declaration.hint", message);
    }
    const value = { ...member, ...given }["default"] as Parameter["default"];
    return {
      name,
      type,
      required: isRequired,
      ...(inner !== member && { nullable: true }),
      ...(!isRequired && value !== undefined && { default: value }),
    };
  });
}

/** The one other alternative where a schema allows null; else the very same schema. */
function withoutNull(schema: JsonSchema): JsonSchema {
  const { anyOf, type } = schema;
  if (Array.isArray(type) && type.length === 2 && type.includes("null")) {
    return { ...schema, type: (type as string[]).find((each) => each !== "null") };
  }
  if (!Array.isArray(anyOf) || anyOf.length !== 2) return schema;
  const others = (anyOf as JsonSchema[]).filter((each) => each["type"] !== "null");
  return others.length === 1 && others[0] ? others[0] : schema;
}

/** The parameter type of a schema, null where it has none. */
export function typeOf(given: JsonSchema, definitions: Schemas): ParameterType | null {
  const schema = follow(given, definitions);
  const { type, format, items } = schema;
  const choices = "const" in schema ? [schema["const"]] : schema["enum"];
  if (Array.isArray(choices)) {
    return { type: "choice", choices: choices as (string | number | boolean)[] };
  }
  if (type === "array" && isPlainObject(items)) {
    const inner = typeOf(items, definitions);
    return inner === null || inner.type === "list" ? null : { type: "list", items: inner };
  }
  if (type === "string" && typeof format === "string" && FORMATS[format]) return FORMATS[format];
  return typeof type === "string" && PLAIN.has(type) ? ({ type } as ParameterType) : null;
}

/** The schemas of the app: those of client-schema.json, and of the views, which it does not have. */

import type { JsonSchema } from "@mizan/server";
import { document } from "./state.js";

/** By name, as `#/$defs/NAME`. */
export const definitions = (document("client-schema.json") as { $defs: Record<string, JsonSchema> })
  .$defs;

/** A reference to a definition. */
export function ref(name: string): JsonSchema {
  return { $ref: `#/$defs/${name}` };
}

export const text: JsonSchema = { type: "string" };
export const integer: JsonSchema = { type: "integer" };
export const nothing: JsonSchema = { type: "null" };

/** Either of a type, or null. */
export function orNull(schema: JsonSchema): JsonSchema {
  return { anyOf: [schema, nothing] };
}

/** The arguments of a view: all of them are required. */
export function members(properties: Readonly<Record<string, JsonSchema>>): JsonSchema {
  return {
    type: "object",
    properties,
    required: Object.keys(properties),
    additionalProperties: false,
  };
}

/**
 * Arguments and results of functions (SPEC.md, MZ-CALL-001, MZ-DOC-004 and section 16).
 * Invariant: what a function is given and what goes out are what it declares.
 */

import {
  canonicalJson,
  coerce,
  isPlainObject,
  MizanError,
  WireError,
  type JsonMembers,
} from "@mizan/protocol";
import type { ServerFunction } from "./catalog.js";
import { ofIssues, type Issue } from "./problem.js";
import { typeOf, type JsonSchema, type Schemas } from "./schema.js";
import { ResultInvalid, withoutFiles } from "./validate.js";

/** Throws a Problem (422) for arguments that a function does not take. */
export function checkArguments({ checkInput }: ServerFunction, args: JsonMembers): void {
  const issues = checkInput(withoutFiles(args));
  if (issues.length > 0) throw ofIssues(issues);
}

/** A result, held to what its function declares. Nothing returned is null. */
export function shapeResult(
  { name, isView, checkOutput }: ServerFunction,
  result: unknown,
): unknown {
  if (isView) {
    if (result instanceof Response) return result;
    const detail = "expected a Response, for it has a route";
    throw new ResultInvalid(name, [{ pointer: "", code: "type", detail }]);
  }
  const value = result ?? null;
  const issues = checkOutput(value);
  if (issues.length > 0) throw new ResultInvalid(name, issues);
  return value;
}

/** A result as canonical JSON text. */
export function resultText(each: ServerFunction, result: unknown): string {
  const value = shapeResult(each, result);
  try {
    return canonicalJson(value);
  } catch (error) {
    if (!(error instanceof MizanError)) throw error;
    throw new ResultInvalid(each.name, [{ pointer: "", code: "type", detail: error.message }]);
  }
}

export type Fields = ReadonlyMap<string, readonly (string | File)[]>;

/** Files or form fields as arguments: the last one for an argument that is not a list. */
export function pick(
  { members }: ServerFunction,
  fields: Fields,
  definitions: Schemas,
): JsonMembers {
  const picked = [...fields].flatMap(([name, values]) => {
    const schema = Object.hasOwn(members, name) ? members[name] : undefined;
    if (schema === undefined) return [];
    const value = schema["type"] === "array" ? values : values.at(-1);
    return [[name, fromText(value, schema, definitions)]];
  });
  return Object.fromEntries(picked) as JsonMembers;
}

/** A text, or several, as the type that a schema says; what has no type of parameters stays. */
function fromText(value: unknown, schema: JsonSchema, definitions: Schemas): unknown {
  const type = typeOf(schema, definitions);
  if (type === null) return value;
  try {
    return coerce(value, type);
  } catch {
    return value; // the schema refuses it, and says why
  }
}

/**
 * What a route gives, as arguments.
 *
 * @throws Problem (422) for a text that is not of its argument's type
 */
export function fromRoute(
  { members }: ServerFunction,
  route: Readonly<Record<string, string>>,
  definitions: Schemas,
): JsonMembers {
  const issues: Issue[] = [];
  const entries = Object.entries(route).map(([name, text]) => {
    const type = typeOf(members[name] ?? {}, definitions);
    try {
      return [name, type === null ? text : coerce(text, type)];
    } catch (error) {
      if (!(error instanceof WireError)) throw error;
      issues.push({ pointer: `/${name}`, code: error.code, detail: error.message });
      return [name, text];
    }
  });
  if (issues.length > 0) throw ofIssues(issues);
  return Object.fromEntries(entries) as JsonMembers;
}

/** A call's body: a function's name and its arguments; null for anything else. */
export function readCallDocument(
  document: unknown,
): { readonly name: string; readonly args: JsonMembers } | null {
  if (!isPlainObject(document)) return null;
  const { function: name, args = {} } = document;
  if (typeof name !== "string" || !isPlainObject(args)) return null;
  return { name, args: args as JsonMembers };
}

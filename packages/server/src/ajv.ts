/**
 * The validator on Ajv (SPEC.md, section 16; JSON Schema 2020-12).
 * Invariant: one issue for each argument at most, however many faults a body has.
 */

import { coerce, isPlainObject, MizanError, type ParameterType } from "@mizan/protocol";
import { Ajv2020, type ErrorObject, type Options, type ValidateFunction } from "ajv/dist/2020.js";
import type { Issue } from "./problem.js";
import { follow, FORMATS, membersOf, type JsonSchema, type Schemas } from "./schema.js";
import type { Validator } from "./validate.js";

/**
 * A validator that compiles schemas with Ajv. The formats `uuid`, `date` and `date-time` are held
 * to, others are not.
 *
 * @param options of Ajv, in place of its defaults
 */
export function ajvValidator(options: Options = {}): Validator {
  const formats = Object.fromEntries(
    Object.entries(FORMATS).map(([name, type]) => [name, (text: string) => isOf(type, text)]),
  );
  const ajv = new Ajv2020({ strict: false, logger: false, formats, ...options });
  return (schema) => {
    const validate = ajv.compile(schema);
    const members = Object.entries(membersOf(followOwn(schema))).map(
      ([name, each]): [string, ValidateFunction] => [
        name,
        ajv.compile({ ...each, $defs: schema["$defs"] }),
      ],
    );
    return (value) => (validate(value) ? [] : issuesOf(value, validate, new Map(members)));
  };
}

function followOwn(schema: JsonSchema): JsonSchema {
  return follow(schema, (schema["$defs"] ?? {}) as Schemas);
}

function isOf(type: ParameterType, text: string): boolean {
  try {
    return coerce(text, type) !== null;
  } catch (error) {
    if (error instanceof MizanError) return false;
    throw error;
  }
}

/** What is wrong with each member of a refused value, or else with the whole. */
function issuesOf(
  value: unknown,
  whole: ValidateFunction,
  members: ReadonlyMap<string, ValidateFunction>,
): Issue[] {
  // Compiled again for each member, so the errors of the whole have to be taken first.
  const [first] = (whole.errors ?? []).map(issueOf);
  const found = isPlainObject(value)
    ? Object.entries(value).flatMap(([name, each]) => {
        const validate = members.get(name);
        if (validate === undefined || validate(each)) return [];
        const [inner] = (validate.errors ?? []).map(issueOf);
        return inner ? [{ ...inner, pointer: `/${escape(name)}${inner.pointer}` }] : [];
      })
    : [];
  const isKnown = found.some(({ pointer }) => pointer === first?.pointer);
  return first === undefined || isKnown ? found : [first, ...found];
}

function escape(name: string): string {
  return name.replaceAll("~", "~0").replaceAll("/", "~1");
}

/** An error of Ajv; a member that is missing or unknown is named by the pointer. */
function issueOf({ instancePath, keyword, message = "", params }: ErrorObject): Issue {
  const given = params as Readonly<Record<string, unknown>>;
  const name = given["missingProperty"] ?? given["additionalProperty"];
  const code = keyword.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
  return {
    pointer: typeof name === "string" ? `${instancePath}/${escape(name)}` : instancePath,
    code: /^[a-z][a-z0-9_]*$/.test(code) ? code : "invalid",
    detail: detailOf(keyword, message, name, given),
  };
}

function detailOf(
  keyword: string,
  message: string,
  name: unknown,
  params: Readonly<Record<string, unknown>>,
): string {
  if (keyword === "required") return `The argument ${JSON.stringify(name)} is missing.`;
  if (keyword === "additionalProperties") return `There is no argument ${JSON.stringify(name)}.`;
  if (keyword === "enum") return `It must be one of ${JSON.stringify(params["allowedValues"])}.`;
  return `It ${message}.`;
}

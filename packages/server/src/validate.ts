/**
 * What a function takes and gives, held to its JSON Schemas (SPEC.md, MZ-CALL-001, MZ-ERR-001).
 * Invariant: what the caller left out is not filled in, so null and absent stay apart.
 */

import { isPlainObject } from "@mizan/protocol";
import type { Issue } from "./problem.js";
import type { JsonSchema } from "./schema.js";

/**
 * Makes of a JSON Schema 2020-12 what finds all that is wrong with a value: one issue for each
 * argument is enough. `@mizan/server/ajv` is one.
 *
 * Throws for a schema that is none.
 */
export type Validator = (schema: JsonSchema) => (value: unknown) => readonly Issue[];

/** A function returned something else than it declares; that is the server's fault. */
export class ResultInvalid extends Error {
  override name = "ResultInvalid";

  constructor(name: string, [first]: readonly Issue[]) {
    super(`${name} gave what it does not declare: at "${first?.pointer}": ${first?.detail}`);
  }
}

/** A value with texts in the place of files, which a schema says to be texts. */
export function withoutFiles(value: unknown): unknown {
  if (value instanceof Blob) return "";
  if (Array.isArray(value)) return value.map(withoutFiles);
  if (!isPlainObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, each]) => [name, withoutFiles(each)]),
  );
}

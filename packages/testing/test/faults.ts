/** Whether documents are as `schema/v1` has them. */

import { Ajv2020, type ValidateFunction } from "ajv/dist/2020.js";
import { readdirSync, readFileSync } from "node:fs";

const schemas = new URL("../../../schema/v1/", import.meta.url);
const ajv = new Ajv2020({ strict: false, validateFormats: false });
for (const file of readdirSync(schemas).filter((name) => name.endsWith(".schema.json"))) {
  ajv.addSchema(JSON.parse(readFileSync(new URL(file, schemas), "utf8")) as object);
}

/** The faults of a document of a kind of `schema/v1`; none where it is valid. */
export function faults(kind: string, document: unknown): string[] {
  const validate = ajv.getSchema(`https://w3id.org/mizan/v1/${kind}.schema.json`);
  if (!validate) throw new Error(`schema/v1 has no ${kind}.`);
  (validate as ValidateFunction)(document);
  return (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`);
}

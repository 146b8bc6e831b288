/** Documents against the schemas of their kinds (SPEC.md, MZ-DOC-001, MZ-DOC-002). */

import { MizanError } from "@mizan/protocol";
import { Ajv2020 } from "ajv/dist/2020.js";
import cacheKey from "../../../../schema/v1/cache-key.schema.json" with { type: "json" };
import call from "../../../../schema/v1/call.schema.json" with { type: "json" };
import clientSchema from "../../../../schema/v1/client-schema.schema.json" with { type: "json" };
import coercion from "../../../../schema/v1/coercion.schema.json" with { type: "json" };
import common from "../../../../schema/v1/common.schema.json" with { type: "json" };
import contextBundle from "../../../../schema/v1/context-bundle.schema.json" with { type: "json" };
import declarations from "../../../../schema/v1/declarations.schema.json" with { type: "json" };
import error from "../../../../schema/v1/error.schema.json" with { type: "json" };
import events from "../../../../schema/v1/events.schema.json" with { type: "json" };
import headers from "../../../../schema/v1/headers.schema.json" with { type: "json" };
import invalidation from "../../../../schema/v1/invalidation.schema.json" with { type: "json" };
import manifest from "../../../../schema/v1/manifest.schema.json" with { type: "json" };
import mwt from "../../../../schema/v1/mwt.schema.json" with { type: "json" };
import port from "../../../../schema/v1/port.schema.json" with { type: "json" };
import result from "../../../../schema/v1/result.schema.json" with { type: "json" };
import vectors from "../../../../schema/v1/vectors.schema.json" with { type: "json" };

const KINDS: ReadonlyMap<string, { readonly $id: string }> = new Map(
  Object.entries({
    "cache-key": cacheKey,
    call,
    "client-schema": clientSchema,
    coercion,
    "context-bundle": contextBundle,
    declarations,
    error,
    events,
    headers,
    invalidation,
    manifest,
    mwt,
    port,
    result,
    vectors,
  }),
);

const ajv = new Ajv2020({ strict: false, schemas: [common, ...KINDS.values()] });

/**
 * Checks a document as a writer must write it.
 *
 * @throws MizanError `document.kind`, `document.invalid`
 */
export function validate(kind: string, document: unknown): { valid: true } {
  const schema = KINDS.get(kind);
  if (schema === undefined) throw new MizanError("document.kind", `There is no kind ${kind}.`);
  if (ajv.validate(schema.$id, document)) return { valid: true };
  throw new MizanError("document.invalid", ajv.errorsText(ajv.errors, { dataVar: "" }));
}

/**
 * An application's own errors, declared per function (SPEC.md, section 16; MZ-ERR-002).
 * Invariant: a client is told of an error only where its function declares it.
 */

import { DeclarationError, type JsonMembers } from "@mizan/protocol";
import type { JsonSchema } from "./schema.js";

/** What `appError` made: a class, to be thrown and declared in `errors`. */
export interface AppErrorClass {
  new (...args: never[]): AppError;
  readonly code: `app.${string}`;
  readonly status: number;
  readonly schema: JsonSchema | undefined;
  readonly description: string | undefined;
}

/** The base of an application's own errors. */
export class AppError<Data extends JsonMembers = JsonMembers> extends Error {
  override name = "AppError";

  /**
   * @param detail a sentence for the client
   * @param data what `schema` describes
   */
  constructor(
    readonly detail = "",
    readonly data?: Data,
  ) {
    super(detail);
  }
}

export interface AppErrorOptions {
  /** `app.`, and what it is: `app.sold_out`. */
  readonly code: `app.${string}`;
  /** 400 to 599; 409 by default. */
  readonly status?: number;
  /** The schema of its `data`; without one it has none. */
  readonly schema?: JsonSchema;
  /** When it happens, for a person. */
  readonly description?: string;
}

/**
 * Makes the class of an error: `throw new SoldOut("Only two left.", { left: 2 })`.
 *
 * @throws DeclarationError `declaration.errors`
 */
export function appError<Data extends JsonMembers = JsonMembers>({
  code,
  status = 409,
  schema,
  description,
}: AppErrorOptions) {
  if (!/^app(?:\.[a-z][a-z0-9_]*)+$/.test(code)) {
    throw new DeclarationError("declaration.errors", `${code} should be such as app.sold_out.`);
  }
  if (!Number.isInteger(status) || status < 400 || status > 599) {
    throw new DeclarationError("declaration.errors", `${code} has ${status}, not 400 to 599.`);
  }
  return class extends AppError<Data> {
    static readonly code = code;
    static readonly status = status;
    static readonly schema = schema;
    static readonly description = description;
  };
}

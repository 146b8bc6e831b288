/**
 * The app: what developers make of their functions (SPEC.md, section 12).
 * Invariant: an app that was made has no fault in its declarations.
 */

import { canonicalJson, type ClientSchema, type Manifest } from "@mizan/protocol";
import { Call } from "./call.js";
import { Catalog } from "./catalog.js";
import type { Affected, ClientFunction } from "./declare.js";
import { purge } from "./mutation.js";
import { runDirectly } from "./nested.js";
import type { AppOptions } from "./options.js";
import { targetOf, type TargetParams } from "./targets.js";

/** Functions that were checked and compiled. */
export class App {
  /** @internal */
  readonly catalog: Catalog;

  constructor(options: AppOptions) {
    this.catalog = new Catalog(options);
  }

  /** The manifest, for edges. */
  get manifest(): Manifest {
    return this.catalog.manifest;
  }

  /** The client schema, of which `mizan codegen` makes a typed client. */
  get clientSchema(): ClientSchema {
    return this.catalog.clientSchema;
  }

  /** The canonical text of a document, as files have it. */
  static text(document: Manifest | ClientSchema): string {
    return canonicalJson(document);
  }

  /**
   * Runs a declared function from the server's own code, outside of any request.
   *
   * Rejects with a Problem for arguments that are not valid, and with what the function throws.
   */
  async run<Args extends object, Result>(
    declared: ClientFunction<Args, Result>,
    args: NoInfer<Args>,
  ): Promise<Result> {
    const call = new Call(null, this.catalog.options.vary);
    return (await runDirectly(this.catalog, call, declared, args)) as Result;
  }

  /**
   * Makes something stale, outside of any running function; done when the promise is.
   *
   * Rejects with a DeclarationError for what is not declared, and with a WireError for a value that
   * is not of its parameter's type.
   */
  async invalidate(affected: Affected, params: TargetParams = {}): Promise<void> {
    await purge(this.catalog, [targetOf(this.catalog.protocol, affected, params)]);
  }
}

/**
 * Makes an app of functions.
 *
 * @throws DeclarationError for the first fault of the declarations; SecretError for a secret under
 *   32 bytes; what the validator throws for a schema that is none
 */
export function createApp(options: AppOptions): App {
  return new App(options);
}

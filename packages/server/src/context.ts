/**
 * Contexts, as developers declare them (SPEC.md, sections 3, 4 and 7.2).
 * Invariant: a context is made once and named by value; only `createApp` looks whether it is right.
 */

import type { ParameterType, ParamValue } from "@mizan/protocol";
import type { Call } from "./call.js";

/** A parameter that the server fills from the request. */
export interface Bind {
  readonly type: ParameterType;
  /** The value; null where the request has none, and then the instance lacks the parameter. */
  readonly get: (call: Call) => Bound | Promise<Bound>;
}

type Bound = ParamValue | null | undefined;

export interface ContextOptions {
  /** Names of at most three scope parameters; by default all that are eligible. */
  readonly scopeBy?: readonly string[];
  /** Whether it differs between users; by default derived (MZ-MAN-003). */
  readonly userScoped?: boolean;
  readonly bind?: Readonly<Record<string, Bind>>;
  /** Routes of pages that show it: `/users/:user_id/`. */
  readonly pageRoutes?: readonly string[];
  /** What it shows, for a person. */
  readonly description?: string;
}

/** A bundle of reading functions: `const user = new Context("user")`. */
export class Context {
  /** @param name the name on the wire */
  constructor(
    readonly name: string,
    readonly options: ContextOptions = {},
  ) {}

  /** This context scoped by the named parameters; by none: the whole context. */
  by(...names: readonly string[]): By {
    return new By(this, names);
  }
}

/** A context with the parameters that scope it, named by hand. */
export class By {
  constructor(
    readonly context: Context,
    readonly names: readonly string[],
  ) {}
}

/**
 * `client`: what a developer says of a server function (SPEC.md, sections 3 and 7).
 * Invariant: declaring only records; what is wrong is found by `createApp`.
 */

import type { Cache, Method, ParameterType } from "@mizan/protocol";
import type { AppErrorClass } from "./appError.js";
import type { Call } from "./call.js";
import type { By, Context } from "./context.js";
import type { JsonSchema } from "./schema.js";
import { runNested } from "./nested.js";

/** What a mutation can make stale: a context, one scoped by hand, a reading function, a name. */
export type Affected = Context | By | AnyFunction | string;

export type Permission = string | ((call: Call) => boolean | Promise<boolean>);

export interface ClientOptions {
  /** Its name on the wire. */
  readonly name: string;
  /** The context that it reads. */
  readonly context?: Context | string;
  /** What it makes stale. */
  readonly affects?: Affected | readonly Affected[];
  /** Only the server's own code and routes run it. */
  readonly private?: boolean;
  /** The path of a view function, `/orders/:order_id/`: it returns a Response. */
  readonly route?: string;
  /** The methods of a view function; by default GET where it reads, else POST. */
  readonly methods?: readonly Method[];
  /** Raise it to drop what caches hold; 0 by default. */
  readonly rev?: number;
  /** How long a result may be kept: true, false or seconds. */
  readonly cache?: Cache;
  /** Whether its context differs between users. */
  readonly userScoped?: boolean;
  /** Whether it runs in the app's transaction; by default where it affects something. */
  readonly atomic?: boolean;
  readonly loginRequired?: boolean;
  /** Who may run it: the name of a permission, or what asks the call. */
  readonly permission?: Permission;
  /** The errors of `appError` that it throws. */
  readonly errors?: readonly AppErrorClass[];
  /** What it does, for a person. */
  readonly description?: string;
  /** Why clients should stop using it, and what to use. */
  readonly deprecated?: string;
  /** The schema of its arguments, an object by name; by default there are none. */
  readonly input?: JsonSchema;
  /** The schema of what it returns; by default anything. */
  readonly output?: JsonSchema;
  /** Types of context parameters that `input` cannot say, by name: `{ type: "decimal" }`. */
  readonly types?: Readonly<Record<string, ParameterType>>;
}

/** The options of a view function, which returns a Response. */
export type ViewOptions = ClientOptions & { readonly route: string };

/** The options of a function that returns data. */
export type DataOptions = Omit<ClientOptions, "route" | "methods"> & {
  readonly route?: never;
  readonly methods?: never;
};

export type Handler<Args, Result> = (args: Args, call: Call) => Result | Promise<Result>;

/**
 * A declared function. Calling it within a running one validates, runs and reports as over HTTP
 * does; elsewhere `app.run` does that.
 */
export interface ClientFunction<Args, Result> {
  (args: Args): Promise<Result>;
  readonly options: ClientOptions;
  readonly handler: Handler<Args, Result>;
}

// Of unknown arguments: what a function takes is its own.
export type AnyFunction = Pick<ClientFunction<never, unknown>, "options" | "handler">;

/** Declares a view function, which returns a Response. */
export function client<Args>(
  options: ViewOptions,
  handler: Handler<Args, Response>,
): ClientFunction<Args, Response>;
/** Declares a server function, which returns data; it is given its arguments and the call. */
export function client<Args, Result>(
  options: DataOptions,
  handler: Handler<Args, Result>,
): ClientFunction<Args, Result>;
export function client<Args, Result>(
  options: ClientOptions,
  handler: Handler<Args, Result>,
): ClientFunction<Args, Result> {
  const declared: ClientFunction<Args, Result> = Object.assign(
    (args: Args) => runNested(declared, args as object) as Promise<Result>,
    { options, handler },
  );
  return declared;
}

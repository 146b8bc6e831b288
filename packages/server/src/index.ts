/** A Mizan server over the Fetch API. The contract is SPEC.md. */
export { App, createApp } from "./app.js";
export { AppError, appError, type AppErrorClass, type AppErrorOptions } from "./appError.js";
export type { CacheOptions } from "./cache.js";
export { LeakError, type Call } from "./call.js";
export { Context, type Bind, type By, type ContextOptions } from "./context.js";
export { cookieOf, csrfCookie, type CsrfOptions } from "./csrf.js";
export {
  client,
  type Affected,
  type ClientFunction,
  type ClientOptions,
  type DataOptions,
  type Handler,
  type Permission,
  type ViewOptions,
} from "./declare.js";
export { createHandler, type RequestHandler } from "./handler.js";
export type { User } from "./identity.js";
export type { Wire } from "./incoming.js";
export { invalidate } from "./nested.js";
export type { AppOptions, EdgeOptions, TokenOptions } from "./options.js";
export { Problem, type Issue, type ProblemOptions } from "./problem.js";
export type { JsonSchema } from "./schema.js";
export type { TargetParams } from "./targets.js";
export { ResultInvalid, type Validator } from "./validate.js";

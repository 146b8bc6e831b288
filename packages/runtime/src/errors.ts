/**
 * What is thrown (SPEC.md, section 16; RFC 9457).
 * Invariant: `code` says what is wrong; status 0 means that no reply could be read.
 */

import type { ErrorCode } from "./codes.js";

/** A problem document, as far as it is there. */
export interface Problem {
  readonly type?: string;
  readonly title?: string;
  readonly status?: number;
  readonly code?: string;
  readonly detail?: string;
  readonly function?: string;
  readonly errors?: readonly ArgumentError[];
  readonly data?: Readonly<Record<string, unknown>>;
}

/** An argument that was refused; `pointer` is a JSON Pointer into the arguments. */
export interface ArgumentError {
  readonly pointer: string;
  readonly code: string;
  readonly detail: string;
}

/** A request that failed: the server's problem document, or a code `client.*`. */
export class MizanError<Declared extends string = never> extends Error {
  declare readonly code: ErrorCode<Declared>;
  /** The HTTP status; 0: no reply. */
  declare readonly status: number;
  /** The document itself. */
  declare readonly problem: Problem;
  declare readonly errors: readonly ArgumentError[];

  constructor(code: ErrorCode<Declared>, message: string, status = 0, problem: Problem = {}) {
    super(message);
    const { errors = [] } = problem;
    Object.assign(this, { name: "MizanError", code, status, problem, errors });
  }
}

/** Stops what takes longer than so many ms; 0: never. For clearTimeout. */
export function stopAfter(
  stop: (reason: MizanError) => void,
  ms = 30_000,
): ReturnType<typeof setTimeout> | undefined {
  // AbortSignal.any and AbortSignal.timeout may be garbage before their time in Node 20.
  const late = (): void => {
    stop(new MizanError<never>("client.timeout", "No reply in time"));
  };
  return ms ? setTimeout(late, ms) : undefined;
}

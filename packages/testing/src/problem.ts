/**
 * Errors as a server answers them (SPEC.md, section 16; RFC 9457).
 * Invariant: each has the status that the code has on a real server, unless the test names another.
 */

import { problemHead, statusOfCode, type WireError } from "@mizan/protocol";
import type { ArgumentError } from "@mizan/runtime";

export interface ProblemOptions {
  /** By default that of the code. */
  readonly status?: number;
  readonly detail?: string;
  /** The arguments that were refused. */
  readonly errors?: readonly ArgumentError[];
  /** What an error of the application carries. */
  readonly data?: Readonly<Record<string, unknown>>;
  /** The function of a context that failed. */
  readonly function?: string;
}

/** An error, as an answer: returned or thrown. */
export class Problem<Code extends string = string> extends Error {
  override name = "Problem";

  constructor(
    readonly code: Code,
    readonly options: ProblemOptions = {},
  ) {
    super(options.detail ?? code);
  }

  /** The status of the reply. Throws Error where nobody says it. */
  get status(): number {
    const { code, options } = this;
    const status = options.status ?? statusOfCode(code);
    if (status !== undefined) return status;
    throw new Error(`Nobody declares the code ${code}: give problem("${code}", { status }).`);
  }

  /** The document of the reply. */
  document(): Record<string, unknown> {
    const { code, options, status } = this;
    return { ...problemHead(code, status), ...options, status };
  }
}

/** An error for `onContext` and `onCall`. */
export function problem<Code extends string>(code: Code, options?: ProblemOptions): Problem<Code> {
  return new Problem(code, options);
}

export function isProblem(value: unknown): value is Problem {
  return value instanceof Problem;
}

/** The problem for input that the protocol refuses. */
export function refusal({ code, message, status, pointer = "" }: WireError): Problem {
  if (status === 400) return new Problem("malformed", { detail: message });
  const errors = [{ pointer, code, detail: message }];
  return new Problem("validation", { detail: "1 parameter is not valid.", errors });
}

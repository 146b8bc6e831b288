/**
 * What a test says that the server answers, typed by the descriptors of the generated client.
 * Invariant: an answer has the type that the server declares, or is an error.
 */

import type { KnownCode, MizanContext, MizanFunction, Target } from "@mizan/runtime";
import type { Problem } from "./problem.js";

/** Data, an error, or a response that is sent as it is (`HttpResponse.error()`: no reply). */
export type Answered<V, E extends string = never> = V | Problem<KnownCode | E> | Response;

/** An answer, or a function of the parameters or arguments that gives it. */
export type Answer<P, V, E extends string = never> =
  Answered<V, E> | ((given: P) => Answered<V, E> | Promise<Answered<V, E>>);

type Run = (given: object) => Promise<unknown>;

/** What is answered to reads of a context. */
export interface ContextAnswer {
  readonly kind: "context";
  readonly name: string;
  readonly run: Run;
}

/** What is answered to calls of a function. */
export interface CallAnswer {
  readonly kind: "call";
  readonly name: string;
  readonly run: Run;
  /** What the call makes stale. */
  readonly targets: (args: object) => readonly Target[];
}

/** Answers reads of a context: the bundle, with the result of each of its functions. */
export function onContext<P extends object, D>(
  { name }: MizanContext<P, D>,
  answer: Answer<NoInfer<P>, NoInfer<D>>,
): ContextAnswer {
  return { kind: "context", name, run: runOf(answer) };
}

export interface CallAnswerOptions<A> {
  /** What the function makes stale beside what it declares. */
  readonly invalidate?: (args: A) => readonly Target[];
}

/** Answers calls of a function: its result. What it affects is stale then, as it declares. */
export function onCall<A extends object, R, E extends string>(
  fn: MizanFunction<A, R, E>,
  answer: Answer<NoInfer<A>, NoInfer<R>, NoInfer<E>>,
  { invalidate }: CallAnswerOptions<NoInfer<A>> = {},
): CallAnswer {
  const targets = (args: A): readonly Target[] => [
    ...(fn.affects?.(args) ?? ["*"]),
    ...(invalidate?.(args) ?? []),
  ];
  return {
    kind: "call",
    name: fn.name,
    run: runOf(answer),
    targets: targets as CallAnswer["targets"],
  };
}

function runOf(answer: unknown): Run {
  if (typeof answer !== "function") return () => Promise.resolve(answer);
  return async (given) => await (answer as (given: object) => unknown)(given);
}

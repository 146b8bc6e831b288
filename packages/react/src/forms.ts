/**
 * Errors of a call beside the fields of a form.
 * Invariant: what is about no field is under `root`, so that no error goes unseen.
 */

import type { MizanError } from "@mizan/runtime";

/** An error of a field, as react-hook-form has it. */
export interface FieldError {
  readonly type: string;
  readonly message: string;
}

/** Errors by the names of fields; those of nested fields and of rows are nested. */
export interface FieldErrors {
  [name: string]: (FieldErrors & Partial<FieldError>) | undefined;
}

type Node = Record<string, unknown>;

const known = new WeakMap<MizanError<string>, Node>();

/**
 * The errors of arguments in the shape of react-hook-form's `errors`, for its option of that name
 * or to be shown as they are; the same object for the same error.
 *
 * An error that is about no argument is `root.serverError`.
 *
 * @param error what a hook of a function gives, or what its call threw
 */
// eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- the form's own type
export function fieldErrors<Errors extends object = FieldErrors>(
  error: MizanError<string> | undefined,
): Errors | undefined {
  if (!error) return undefined;
  let found = known.get(error);
  if (!found) {
    known.set(error, (found = {}));
    const whole = { pointer: "", code: error.code, detail: error.message };
    for (const each of error.errors.length ? error.errors : [whole]) {
      put(found, stepsOf(each.pointer), { type: each.code, message: each.detail });
    }
  }
  return found as Errors;
}

/** The steps of a JSON Pointer (RFC 6901). */
function stepsOf(pointer: string): string[] {
  if (!pointer) return ["root", "serverError"];
  return pointer
    .slice(1)
    .split("/")
    .map((step) => step.replaceAll("~1", "/").replaceAll("~0", "~"));
}

/** Puts an error where the steps lead, unless there is one. */
function put(found: Node, steps: readonly string[], error: FieldError): void {
  let node = found;
  for (const [index, step] of steps.entries()) {
    if (!Object.hasOwn(node, step)) {
      // Rows of a list are in a list.
      const value = /^\d+$/.test(steps[index + 1] ?? "") ? [] : {};
      Object.defineProperty(node, step, {
        value,
        configurable: true,
        enumerable: true,
        writable: true,
      });
    }
    node = node[step] as Node;
  }
  if (!("message" in node)) Object.assign(node, error);
}

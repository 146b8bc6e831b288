/**
 * Names of functions, contexts and parameters (SPEC.md, section 4).
 * Invariant: a valid name is ASCII, at most 64 characters, and safe in a URL or field as it is.
 */

const NAME = /^[a-z][a-z0-9_]*(?:\.[a-z][a-z0-9_]*)*$/;
const PARAMETER = /^[a-z][a-z0-9_]*$/;
const LONGEST = 64;

/** Whether `text` may name a function or a context. */
export function isName(text: string): boolean {
  return text.length <= LONGEST && NAME.test(text);
}

/** Whether `text` may name a parameter. */
export function isParameterName(text: string): boolean {
  return text.length <= LONGEST && PARAMETER.test(text);
}

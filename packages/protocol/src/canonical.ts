/**
 * Canonical text and canonical strings (SPEC.md, section 5.2; RFC 8785).
 * Invariant: equal JSON values have equal text, and what is no JSON value has none.
 */

import { WireError } from "./errors.js";
import { hasLoneSurrogate, isPlainObject, MAX_DEPTH, MAX_INTEGER } from "./json.js";

/**
 * The RFC 8785 text of a JSON value. A BigInt is an integer.
 *
 * @throws WireError `json.nan`, `json.infinity`, `json.integer_range`, `json.surrogate`,
 *   `json.depth`, `json.type`
 */
export function canonicalJson(value: unknown): string {
  return write(value, 0);
}

/**
 * The canonical string of a JSON value: a string is its own, any other value has its text.
 *
 * @throws WireError as canonicalJson
 */
export function canonicalString(value: unknown): string {
  if (typeof value !== "string") return write(value, 0);
  refuseLone(value);
  return value;
}

function write(value: unknown, depth: number): string {
  switch (typeof value) {
    case "string":
      refuseLone(value);
      return JSON.stringify(value);
    case "number":
      return writeNumber(value);
    case "bigint":
      return writeInteger(value);
    case "boolean":
      return String(value);
    case "object":
      return value === null ? "null" : writeNested(value, depth);
    default:
      return refuseType(typeof value);
  }
}

function writeNumber(value: number): string {
  if (Number.isNaN(value)) throw new WireError("json.nan", "NaN is not a JSON number.");
  if (!Number.isFinite(value)) {
    throw new WireError("json.infinity", `${value} is not a JSON number.`);
  }
  return String(value);
}

function writeInteger(value: bigint): string {
  if (value > MAX_INTEGER || value < -MAX_INTEGER) {
    throw new WireError("json.integer_range", "An integer is beyond 2^53-1.");
  }
  return String(value);
}

function writeNested(value: object, depth: number): string {
  if (depth === MAX_DEPTH) {
    throw new WireError("json.depth", `The value nests more than ${MAX_DEPTH} deep.`);
  }
  if (Array.isArray(value)) {
    let text = "[";
    for (let at = 0; at < value.length; at += 1) {
      text += (at === 0 ? "" : ",") + write(value[at], depth + 1);
    }
    return `${text}]`;
  }
  if (!isPlainObject(value)) return refuseType("instance of a class");
  if (Object.getOwnPropertySymbols(value).length > 0) return refuseType("symbol as a name");
  const members = Object.keys(value)
    .sort()
    .map((name) => `${write(name, depth)}:${write(value[name], depth + 1)}`);
  return `{${members.join(",")}}`;
}

function refuseLone(text: string): void {
  if (hasLoneSurrogate(text)) {
    throw new WireError("json.surrogate", "A string has a lone surrogate.");
  }
}

function refuseType(what: string): never {
  throw new WireError("json.type", `Expected a JSON value, got: ${what}.`);
}

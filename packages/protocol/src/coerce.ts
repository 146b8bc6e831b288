/**
 * Coercion of context parameters (SPEC.md, section 5.3).
 * Invariant: values that are equal as their type sees them have one canonical string.
 */

import { canonicalString } from "./canonical.js";
import { decode } from "./decode.js";
import { attempt, DeclarationError, under, WireError } from "./errors.js";
import { RULES } from "./generated/coercion.js";
import type {
  ChoiceType,
  CoercionRule,
  ItemType,
  KnownCode,
  ParameterType,
  ParamValue,
  Scalar,
} from "./generated/types.js";
import { hasLoneSurrogate } from "./json.js";
import { isDate, toUtc } from "./moment.js";

type TypeName = CoercionRule["type"];
type PlainName = Exclude<ItemType, ChoiceType>["type"];
type JsonKind = CoercionRule["json"][number];

/** Gives the canonical value of text that has the form; undefined where it is out of range. */
type FromText = (text: string) => Scalar | undefined;

const PATTERNS: ReadonlyMap<string, RegExp> = new Map(
  Object.entries(RULES).map(([type, { pattern = "[^]*" }]) => [
    type,
    new RegExp(`^(?:${pattern})$`),
  ]),
);
const MAX_DIGITS = Number(RULES.decimal.max_digits);

const FROM_TEXT: Readonly<Record<PlainName, FromText>> = {
  boolean: (text) => text === "true",
  integer: (text) => safeInteger(Number(text)),
  number: (text) => (/[.eE]/.test(text) ? finite : safeInteger)(Number(text)),
  string: (text) => {
    if (!hasLoneSurrogate(text)) return text;
    throw new WireError("json.surrogate", "The string has a lone surrogate.", { pointer: "" });
  },
  uuid: (text) => text.toLowerCase(),
  date: (text) => (isDate(text) ? text : undefined),
  datetime: toUtc,
  decimal: (text) => {
    if (text.replace(/[-.]/g, "").length > MAX_DIGITS) return undefined;
    const short = text.includes(".") ? text.replace(/\.?0+$/, "") : text;
    return short === "-0" ? "0" : short;
  },
};

/** Adding 0 makes the integer 0 of -0. */
function safeInteger(number: number): number | undefined {
  return Number.isSafeInteger(number) ? number + 0 : undefined;
}

function finite(number: number): number | undefined {
  return Number.isFinite(number) ? number + 0 : undefined;
}

/**
 * The canonical value, as typed JSON, of a value for a parameter.
 *
 * @param value a JSON value (a BigInt is an integer); a string is read like text from a URL
 * @param nullable whether null is accepted
 * @returns null only for an accepted null, which means that the parameter is absent
 * @throws WireError `coerce.*`, `json.surrogate`; DeclarationError `declaration.ambiguous`
 */
export function coerce(value: unknown, type: ParameterType, nullable = false): ParamValue | null {
  const read = readerOf(type);
  return value === null && nullable ? null : read(value);
}

/** @throws DeclarationError `declaration.ambiguous` for two choices with one canonical string */
export function checkType(type: ParameterType): void {
  readerOf(type);
}

/** Whether `value` can be coerced to the type. */
export function isOfType(value: unknown, type: ParameterType): boolean {
  return attempt(
    () => coerce(value, type) !== null,
    () => false,
  );
}

function readerOf(type: ParameterType): (value: unknown) => ParamValue {
  if (type.type !== "list") return itemReader(type);
  const readItem = itemReader(type.items);
  return (value) => {
    checkKind(value, "list");
    return listOf(value).map((item, index) => under(`/${index}`, () => readItem(item)));
  };
}

function listOf(value: unknown): readonly unknown[] {
  const list =
    typeof value === "string"
      ? attempt(
          () => decode(value),
          () => null,
        )
      : value;
  if (Array.isArray(list)) return list;
  throw refusal("coerce.lexical", "JSON text of an array", value);
}

function itemReader(type: ItemType): (value: unknown) => Scalar {
  const { type: name } = type;
  const read = name === "choice" ? choiceReader(type) : plainReader(name);
  return (value) => {
    checkKind(value, name);
    return read(value);
  };
}

function plainReader(name: PlainName): (value: unknown) => Scalar {
  const pattern = PATTERNS.get(name);
  const fromText = FROM_TEXT[name];
  return (value) => {
    const isText = typeof value === "string";
    if (isText && pattern?.test(value) !== true)
      throw refusal("coerce.lexical", `a ${name}`, value);
    const read = isText ? fromText(value) : fromJson(value);
    if (read === undefined) throw refusal("coerce.range", `a ${name} within its range`, value);
    return read;
  };
}

/** A number or boolean of an accepted kind; undefined where it is out of range. */
function fromJson(value: unknown): Scalar | undefined {
  if (typeof value === "boolean") return value;
  return typeof value === "bigint" ? safeInteger(Number(value)) : finite(Number(value));
}

function choiceReader({ choices }: ChoiceType): (value: unknown) => Scalar {
  const byText = new Map(choices.map((choice) => [canonicalString(choice), choice]));
  if (byText.size < choices.length) {
    const message = "Expected choices with distinct canonical strings.";
    throw new DeclarationError("declaration.ambiguous", message);
  }
  return (value) => {
    // What has no canonical string is none of the choices.
    const choice = attempt(
      () => byText.get(canonicalString(value)),
      () => undefined,
    );
    if (choice === undefined) throw refusal("coerce.choice", "one of the choices", value);
    return choice;
  };
}

/** Refuses null and the kinds of JSON value that the type does not accept. */
function checkKind(value: unknown, type: TypeName): void {
  if (value === null) throw refusal("coerce.null", "a value", value);
  const kind = kindOf(value);
  const accepted: readonly (JsonKind | null)[] = RULES[type].json;
  if (!accepted.includes(kind)) throw refusal("coerce.type", `a ${type}`, value);
}

const KINDS: ReadonlyMap<string, JsonKind> = new Map([
  ["boolean", "boolean"],
  ["string", "string"],
  ["number", "number"],
  ["bigint", "integer"],
]);

function kindOf(value: unknown): JsonKind | null {
  if (Number.isSafeInteger(value)) return "integer";
  return Array.isArray(value) ? "array" : (KINDS.get(typeof value) ?? null);
}

const SHOWN = 60;

function refusal(code: KnownCode, expected: string, value: unknown): WireError {
  const text =
    typeof value === "string" ? JSON.stringify(value) : value === null ? "null" : typeof value;
  const got = text.length > SHOWN ? `${text.slice(0, SHOWN)}...` : text;
  return new WireError(code, `Expected ${expected}, got ${got}.`, { pointer: "" });
}

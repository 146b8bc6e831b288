/**
 * The field X-Mizan-Invalidate (SPEC.md, sections 8.1 and 8.2).
 * Invariant: writing what was read gives the canonical field value.
 */

import { WireError } from "./errors.js";
import { parseList, type Bare, type FieldParam, type Member } from "./fields.js";
import type { KnownCode, Target } from "./generated/types.js";
import { compareText } from "./json.js";
import { isName, isParameterName } from "./names.js";
import { percentDecode } from "./percent.js";
import {
  readTarget,
  reduce,
  serialiseValue,
  writeTarget,
  type Param,
  type Parts,
  type Serialised,
} from "./targets.js";

/** The default limit of a field value that is written, in bytes. */
export const HEADER_LIMIT = 2048;

const SEPARATOR = ", ";
const LONGEST_TOKEN = 512;
const LONGEST_STRING = 1024;

/**
 * The canonical set of targets that a field value names; parameter values are strings.
 *
 * @param field the value, several field lines joined with `, `
 * @throws WireError `header.*`
 */
export function parseHeader(field: string | Uint8Array): Target[] {
  const targets = parseList(field).map((member) => readMember(member));
  return reduce(targets).map(({ parts }) => writeTarget(parts));
}

/**
 * The field value for targets, coarsened until it fits; empty without targets, when the field
 * must not be sent.
 *
 * @param limit the greatest number of bytes
 * @throws WireError `document.invalid` or `json.*` for what is no target
 */
export function formatHeader(targets: readonly Target[], limit: number = HEADER_LIMIT): string {
  const set = reduce(targets.map((target) => withoutLongValues(readTarget(target))));
  const field = join(set);
  return field.length <= limit ? field : coarsen(set, field, limit);
}

function join(set: readonly Serialised[]): string {
  return set.map(({ text }) => text).join(SEPARATOR);
}

/** Whether a value is longer than RFC 9651 guarantees (MZ-HDR-006). */
export function isLongValue({ text }: Param): boolean {
  // Encoding never shortens, so a long text need not be encoded to be known as one.
  if (text.length > LONGEST_STRING) return true;
  const written = serialiseValue(text);
  return written.startsWith('"')
    ? written.length > LONGEST_STRING + 2
    : written.length > LONGEST_TOKEN;
}

function withoutLongValues(parts: Parts): Parts {
  return { ...parts, params: parts.params.filter((param) => !isLongValue(param)) };
}

/** MZ-HDR-005: the context with the most bytes of finer members becomes broad, and so on. */
function coarsen(set: readonly Serialised[], field: string, limit: number): string {
  const finer = new Map<string, { bytes: number; members: number }>();
  for (const { parts, text } of set) {
    if (text === parts.context) continue;
    const sum = finer.get(parts.context) ?? { bytes: 0, members: 0 };
    finer.set(parts.context, { bytes: sum.bytes + text.length, members: sum.members + 1 });
  }
  const order = [...finer].sort(([a, m], [b, n]) => n.bytes - m.bytes || compareText(a, b));
  const broad: Parts[] = [];
  let length = field.length;
  for (const [context, { bytes, members }] of order) {
    broad.push({ context, function: null, params: [] });
    length += context.length - bytes - (members - 1) * SEPARATOR.length;
    if (length <= limit) return join(reduce([...set.map(({ parts }) => parts), ...broad]));
  }
  return "*";
}

/** A member of the list as a target, checked in the order of MZ-HDR-011. */
export function readMember(member: Member): Parts {
  if (member.kind !== "token") {
    refuse("header.item_type", `Expected a Token, got: ${member.kind}`);
  }
  const names = member.raw.split("/");
  if (names.length > 2) refuse("header.two_functions", `Expected one function in ${member.raw}`);
  if (member.raw !== "*" && !names.every(isName)) {
    refuse("header.name", `Expected valid names in ${member.raw}`);
  }
  const params = readParams(member.params);
  if (member.raw === "*" && params.length > 0) {
    refuse("header.star", "Expected * without parameters");
  }
  const [context, name] = names as [string, string?];
  return { context, function: name ?? null, params };
}

function readParams(params: readonly FieldParam[]): Param[] {
  const seen = new Set<string>();
  return params
    .map(({ name, value }) => {
      if (!isParameterName(name)) refuse("header.name", `${name} is no name of a parameter`);
      if (seen.has(name)) refuse("header.duplicate_parameter", `${name} stands twice in a member`);
      seen.add(name);
      if (value === null) return refuse("header.bare_parameter", `${name} has no value`);
      const text = readValue(name, value);
      return { name, value: text, text };
    })
    .sort((a, b) => compareText(a.name, b.name));
}

function readValue(name: string, { kind, raw }: Bare): string {
  if (kind === "integer") {
    if (!/^-?(?:0|[1-9][0-9]*)$/.test(raw) || raw === "-0") {
      refuse("header.integer_form", `${name} must be an integer without leading zeros`);
    }
    return raw;
  }
  if (kind !== "token" && kind !== "string") {
    refuse("header.value_type", `${name} must be an Integer, Token or String`);
  }
  if (!/^[A-Za-z0-9\-._~%]*$/.test(raw)) {
    refuse("header.unencoded", `${name} has a character that must be percent-encoded`);
  }
  return percentDecode(raw, "header");
}

function refuse(code: KnownCode, problem: string): never {
  throw new WireError(code, `${problem}.`);
}

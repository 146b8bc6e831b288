/**
 * Targets and sets of targets (SPEC.md, section 7.1).
 * Invariant: two targets are equal if, and only if, their serialised forms are.
 */

import { canonicalString } from "./canonical.js";
import { WireError } from "./errors.js";
import type { Instance, ParamValue, ParamValues, Scalar, Target } from "./generated/types.js";
import { compareText, isPlainObject, member } from "./json.js";
import { isName, isParameterName } from "./names.js";
import { percentEncode } from "./percent.js";

/** A parameter as it is compared and written. */
export interface Param {
  readonly name: string;
  readonly value: ParamValue;
  /** The canonical string of the value. */
  readonly text: string;
}

/** A target taken apart: parameters sorted by name, no function where it has none. */
export interface Parts {
  readonly context: string;
  readonly function: string | null;
  readonly params: readonly Param[];
}

export const EVERYTHING: Target = "*";

/**
 * Takes a target apart.
 *
 * @throws WireError `document.invalid` for what is no target, `json.*` for a value without text
 */
export function readTarget(target: unknown): Parts {
  if (target === EVERYTHING) return { context: "*", function: null, params: [] };
  if (typeof target === "string") {
    return { context: readName(target, "/"), function: null, params: [] };
  }
  const object = readObject(target, "a target");
  const context = readName(member(object, "context"), "/context");
  const name = member(object, "function");
  const params = member(object, "params");
  return {
    context,
    function: name === undefined ? null : readName(name, "/function"),
    params: params === undefined ? [] : readParams(params),
  };
}

/**
 * Takes an instance apart.
 *
 * @throws WireError as readTarget
 */
export function readInstance(instance: unknown): Parts {
  const object = readObject(instance, "an instance");
  const context = readName(member(object, "context"), "/context");
  return { context, function: null, params: readParams(member(object, "params")) };
}

/** The JSON form of a target (MZ-TGT-004). */
export function writeTarget({ context, function: name, params }: Parts): Target {
  if (name === null && params.length === 0) return context;
  return {
    context,
    ...(params.length > 0 && { params: writeParams(params) }),
    ...(name !== null && { function: name }),
  };
}

/** The JSON form of parameters. */
export function writeParams(params: readonly Param[]): ParamValues {
  return Object.fromEntries(params.map(({ name, value }) => [name, value]));
}

function readObject(value: unknown, what: string): Record<string, unknown> {
  if (isPlainObject(value)) return value;
  throw new WireError("document.invalid", `Expected ${what}.`, { pointer: "" });
}

function readName(value: unknown, pointer: string): string {
  if (typeof value === "string" && isName(value)) return value;
  throw new WireError("document.invalid", "Expected the name of a context or function.", {
    pointer,
  });
}

function readParams(value: unknown): Param[] {
  return Object.entries(readObject(value, "an object of parameters"))
    .map(([name, item]) => readParam(name, item))
    .sort((a, b) => compareText(a.name, b.name));
}

function readParam(name: string, value: unknown): Param {
  const known = Array.isArray(value) ? value.every(isScalar) : isScalar(value);
  if (!isParameterName(name) || !known) {
    const message = "Expected a parameter with a string, number, boolean or array of these.";
    throw new WireError("document.invalid", message, { pointer: "/params" });
  }
  return { name, value: value as ParamValue, text: canonicalString(value) };
}

function isScalar(value: unknown): value is Scalar {
  return typeof value === "string" || typeof value === "number" || typeof value === "boolean";
}

const INTEGER = /^-?(?:0|[1-9][0-9]{0,14})$/;

/** A canonical string as a header field writes it (MZ-HDR-002, MZ-HDR-003). */
export function serialiseValue(text: string): string {
  if (INTEGER.test(text) && text !== "-0") return text;
  const encoded = percentEncode(text);
  return /^[A-Za-z]/.test(encoded) ? encoded : `"${encoded}"`;
}

/** The member of a header field that stands for a target, nothing left out. */
export function serialise(parts: Parts): string {
  const name = parts.function === null ? parts.context : `${parts.context}/${parts.function}`;
  return name + pairs(parts).join("");
}

function pairs(parts: Parts): string[] {
  return parts.params.map(({ name, text }) => `;${name}=${serialiseValue(text)}`);
}

/** What a target asks of another that it covers, besides the context. */
function demands(parts: Parts): string[] {
  const own = pairs(parts);
  return parts.function === null ? own : [`/${parts.function}`, ...own];
}

/** Whether `a` covers `b` (MZ-TGT-002). */
export function covers(a: Target, b: Target): boolean {
  const [broad, narrow] = [readTarget(a), readTarget(b)];
  if (broad.context === "*") return true;
  const given = new Set(demands(narrow));
  return broad.context === narrow.context && demands(broad).every((pair) => given.has(pair));
}

/** Whether a target matches an instance (MZ-TGT-005). */
export function matches(target: Target, instance: Instance): boolean {
  const [asked, held] = [readTarget(target), readInstance(instance)];
  if (asked.context === "*") return true;
  const values = new Map(held.params.map(({ name, text }) => [name, text]));
  return (
    asked.context === held.context &&
    asked.params.every(({ name, text }) => (values.get(name) ?? text) === text)
  );
}

/** The canonical set of targets (MZ-TGT-003). */
export function canonicalSet(targets: readonly Target[]): Target[] {
  return reduce(targets.map(readTarget)).map(({ parts }) => writeTarget(parts));
}

/** A target of a canonical set with its serialised form. */
export interface Serialised {
  readonly parts: Parts;
  readonly text: string;
}

/** The canonical set of targets that are taken apart. */
export function reduce(targets: readonly Parts[]): Serialised[] {
  const everything = targets.find(({ context }) => context === "*");
  if (everything !== undefined) return [{ parts: everything, text: "*" }];
  const distinct = new Map<string, Serialised>();
  for (const parts of targets) {
    const text = serialise(parts);
    if (!distinct.has(text)) distinct.set(text, { parts, text });
  }
  const contexts = new Map<string, Serialised[]>();
  for (const item of distinct.values()) {
    const group = contexts.get(item.parts.context);
    if (group === undefined) contexts.set(item.parts.context, [item]);
    else group.push(item);
  }
  return [...contexts.values()].flatMap(uncovered).sort((a, b) => compareText(a.text, b.text));
}

/** Of distinct targets of one context those that none of the others covers. */
function uncovered(group: readonly Serialised[]): readonly Serialised[] {
  if (group.length === 1) return group;
  const sets = group.map((item) => ({ item, asks: demands(item.parts) }));
  const broad = sets.find(({ asks }) => asks.length === 0);
  if (broad !== undefined) return [broad.item];
  const counts = new Map<string, number>();
  const count = (pair: string): number => counts.get(pair) ?? 0;
  for (const { asks } of sets) for (const pair of asks) counts.set(pair, count(pair) + 1);
  // Each target is looked for under its rarest demand only: far fewer than all pairs of targets.
  const index = new Map<string, { item: Serialised; asks: string[] }[]>();
  for (const set of sets) {
    const rarest = set.asks.reduce((least, pair) => (count(pair) < count(least) ? pair : least));
    const bucket = index.get(rarest);
    if (bucket === undefined) index.set(rarest, [set]);
    else bucket.push(set);
  }
  return sets
    .filter(({ item, asks }) => {
      const given = new Set(asks);
      const isCover = (other: { item: Serialised; asks: string[] }): boolean =>
        other.item !== item && other.asks.every((pair) => given.has(pair));
      return !asks.some((pair) => index.get(pair)?.some(isCover));
    })
    .map(({ item }) => item);
}

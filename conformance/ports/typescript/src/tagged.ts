/** Tagged values (SPEC.md, annex C.1): what JSON cannot carry faithfully. */

import { isPlainObject } from "@mizan/protocol";

/** Values of the language that are no JSON, by name; any other name gives a class instance. */
const OTHERS: ReadonlyMap<unknown, () => unknown> = new Map<unknown, () => unknown>([
  ["undefined", () => undefined],
  ["date", () => new Date(0)],
  ["function", () => () => 0],
  ["symbol", () => Symbol("other")],
  ["map", () => new Map([["a", 1]])],
  ["bytes", () => new Uint8Array(1)],
]);

type Tag = (argument: unknown, of: unknown) => unknown;

const TAGS: ReadonlyMap<string, Tag> = new Map<string, Tag>([
  ["$double", (text) => Number(text)],
  ["$integer", (text) => BigInt(text as string)],
  ["$utf16", (hex) => String.fromCharCode(...chunks(hex as string, 4))],
  ["$bytes", (hex) => Uint8Array.from(chunks(hex as string, 2))],
  ["$members", (pairs) => members(pairs as [unknown, unknown][])],
  ["$other", (name) => (OTHERS.get(name) ?? (() => new Set()))()],
  ["$nest", (times, of) => nest(times as number, untag(of))],
  ["$repeat", (times, of) => repeat(times as number, untag(of))],
]);

/** The value that tagged JSON stands for. */
export function untag(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(untag);
  if (!isPlainObject(value)) return value;
  const names = Object.keys(value);
  const tag = names.find((name) => name.startsWith("$"));
  if (tag !== undefined && names.every((name) => name === tag || name === "of")) {
    const read = TAGS.get(tag);
    if (read === undefined) throw new RangeError(`No tag is called ${tag}.`);
    return read(value[tag], value["of"]);
  }
  return members(Object.entries(value));
}

function chunks(hex: string, digits: number): number[] {
  return (hex.match(new RegExp(`.{${digits}}`, "g")) ?? []).map((chunk) => parseInt(chunk, 16));
}

function members(pairs: readonly (readonly [unknown, unknown])[]): unknown {
  const object = Object.create(null) as Record<PropertyKey, unknown>;
  for (const [name, value] of pairs) {
    const key = untag(name);
    // A name that is no string cannot be a name here; a symbol is the nearest that there is.
    object[typeof key === "string" ? key : Symbol("name")] = untag(value);
  }
  return object;
}

function nest(times: number, value: unknown): unknown {
  let nested = value;
  for (let depth = 0; depth < times; depth += 1) nested = [nested];
  return nested;
}

function repeat(times: number, value: unknown): unknown {
  if (typeof value === "string") return value.repeat(times);
  const bytes = value as Uint8Array;
  const repeated = new Uint8Array(bytes.length * times);
  for (let time = 0; time < times; time += 1) repeated.set(bytes, time * bytes.length);
  return repeated;
}

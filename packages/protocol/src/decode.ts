/**
 * Reading JSON text (SPEC.md, section 5.1).
 * Invariant: one pass from left to right; the first fault that is complete gives the code.
 */

import { fromUtf8, isLonger } from "./bytes.js";
import { WireError } from "./errors.js";
import type { KnownCode } from "./generated/types.js";
import { hasLoneSurrogate, MAX_DEPTH, type JsonMembers, type JsonValue } from "./json.js";

/** The default limit of a text, in bytes. */
export const DEFAULT_LIMIT = 16 * 1024 * 1024;

const QUOTE = 0x22;
const COMMA = 0x2c;
const COLON = 0x3a;
const BACKSLASH = 0x5c;
const ARRAY_END = 0x5d;
const OBJECT_END = 0x7d;

/** Words in the place of a value: what they mean, or the code that refuses them. */
const WORDS: readonly (readonly [word: string, value: JsonValue, code: KnownCode | null])[] = [
  ["true", true, null],
  ["false", false, null],
  ["null", null, null],
  ["NaN", null, "json.nan"],
  ["Infinity", null, "json.infinity"],
  ["-Infinity", null, "json.infinity"],
];

const ESCAPES: ReadonlyMap<string, string> = new Map([
  ['"', '"'],
  ["\\", "\\"],
  ["/", "/"],
  ["b", "\b"],
  ["f", "\f"],
  ["n", "\n"],
  ["r", "\r"],
  ["t", "\t"],
]);

/**
 * The value of a JSON text.
 *
 * @param text the text, or its bytes in UTF-8
 * @param limit the greatest number of bytes
 * @returns the value; objects have no prototype, so that `__proto__` is a member like any other
 * @throws WireError `json.*`, with the position of the fault
 */
export function decode(text: string | Uint8Array, limit: number = DEFAULT_LIMIT): JsonValue {
  const long = typeof text === "string" ? isLonger(text, limit) : text.length > limit;
  if (long) throw new WireError("json.size", `The text has more than ${limit} bytes.`);
  const string = typeof text === "string" ? text : fromUtf8(text);
  if (string === null) throw new WireError("json.utf8", "The bytes are not UTF-8.");
  return new Reader(string).document();
}

// Sticky expressions match at their lastIndex, which is set before each use.
const SPACE = /[ \t\n\r]*/y;
const PLAIN = /[^"\\\u0000-\u001f]*/y; // eslint-disable-line no-control-regex
const HEX = /[0-9A-Fa-f]{4}/y;
const NUMERAL = /-?(?:0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?/y;

class Reader {
  private at = 0;

  constructor(private readonly text: string) {}

  document(): JsonValue {
    const value = this.value(0);
    if (this.next() !== undefined) this.fail("json.syntax", "Expected the end of the text");
    return value;
  }

  private fail(code: KnownCode, problem: string, position = this.at): never {
    throw new WireError(code, `${problem} at position ${position}.`, { position });
  }

  /** Skips white space; the code unit that follows, undefined at the end. */
  private next(): number | undefined {
    const unit = this.text.charCodeAt(this.at);
    if (unit > 0x20) return unit;
    SPACE.lastIndex = this.at;
    SPACE.test(this.text);
    this.at = SPACE.lastIndex;
    return this.at < this.text.length ? this.text.charCodeAt(this.at) : undefined;
  }

  private value(depth: number): JsonValue {
    switch (this.next()) {
      case QUOTE:
        return this.string();
      case 0x5b:
        return this.array(this.deeper(depth));
      case 0x7b:
        return this.object(this.deeper(depth));
      default:
        return this.scalar();
    }
  }

  private deeper(depth: number): number {
    if (depth === MAX_DEPTH) this.fail("json.depth", `Nested more than ${MAX_DEPTH} deep`);
    this.at += 1;
    return depth + 1;
  }

  private array(depth: number): JsonValue {
    const items: JsonValue[] = [];
    if (this.next() === ARRAY_END) {
      this.at += 1;
      return items;
    }
    do items.push(this.value(depth));
    while (this.more(ARRAY_END, "Expected , or ]"));
    return items;
  }

  private object(depth: number): JsonMembers {
    const members = Object.create(null) as Record<string, JsonValue>;
    if (this.next() === OBJECT_END) {
      this.at += 1;
      return members;
    }
    do {
      if (this.next() !== QUOTE) this.fail("json.syntax", "Expected the name of a member");
      const name = this.string();
      if (name in members) this.fail("json.duplicate", "A repeated member name ends");
      if (this.next() !== COLON) this.fail("json.syntax", "Expected :");
      this.at += 1;
      members[name] = this.value(depth);
    } while (this.more(OBJECT_END, "Expected , or }"));
    return members;
  }

  /** After an element: steps over a comma (true) or the closing bracket (false). */
  private more(end: number, expected: string): boolean {
    const unit = this.next();
    if (unit !== COMMA && unit !== end) this.fail("json.syntax", expected);
    this.at += 1;
    return unit === COMMA;
  }

  private scalar(): JsonValue {
    NUMERAL.lastIndex = this.at;
    const match = NUMERAL.exec(this.text);
    if (match !== null) return this.number(match);
    for (const [word, value, code] of WORDS) {
      if (!this.text.startsWith(word, this.at)) continue;
      if (code !== null) this.fail(code, `${word} is no JSON value, it stands`);
      this.at += word.length;
      return value;
    }
    return this.fail("json.syntax", "Expected a value");
  }

  private number([token, fraction, exponent]: RegExpExecArray): number {
    this.at += token.length;
    const number = Number(token);
    const isInteger = fraction === undefined && exponent === undefined;
    if (isInteger && !Number.isSafeInteger(number)) {
      this.fail("json.integer_range", "An integer beyond 2^53-1 ends");
    }
    if (!Number.isFinite(number)) this.fail("json.number_range", "A number beyond doubles ends");
    return number + 0; // -0 is the integer 0
  }

  private string(): string {
    const start = this.at;
    let value = "";
    for (let from = this.at + 1; ; from = this.at) {
      PLAIN.lastIndex = from;
      PLAIN.test(this.text);
      this.at = PLAIN.lastIndex;
      value += this.text.slice(from, this.at);
      const unit = this.text.charCodeAt(this.at);
      if (unit === QUOTE) break;
      if (unit !== BACKSLASH)
        this.fail("json.syntax", "A string does not end, or must escape, what stands");
      value += this.escape();
    }
    this.at += 1;
    // A raw half and an escaped one make no pair, though they would in `value`.
    if (hasLoneSurrogate(value) || hasLoneSurrogate(this.text.slice(start, this.at)))
      this.fail("json.surrogate", `A lone surrogate is in the string that starts`, start);
    return value;
  }

  private escape(): string {
    const letter = this.text.charAt(this.at + 1);
    const plain = ESCAPES.get(letter);
    if (plain !== undefined) {
      this.at += 2;
      return plain;
    }
    HEX.lastIndex = this.at + 2;
    const digits = letter === "u" ? HEX.exec(this.text) : null;
    if (digits === null) this.fail("json.syntax", "Expected a JSON escape");
    this.at += 6;
    return String.fromCharCode(parseInt(digits[0], 16));
  }
}

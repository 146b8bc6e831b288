/**
 * Reading an RFC 9651 List (SPEC.md, MZ-HDR-010), as far as the protocol's fields need it.
 * Invariant: one pass from left to right; whatever the RFC refuses is `header.syntax`.
 */

import { isLonger, latin1 } from "./bytes.js";
import { WireError } from "./errors.js";

/** The greatest field value that is read, in bytes (annex A). */
export const FIELD_LIMIT = 65_536;

export type Kind =
  "decimal" | "integer" | "string" | "token" | "bytes" | "boolean" | "date" | "display" | "list";

/** A bare item: what it is and how it was written, the delimiters of a String left out. */
export interface Bare {
  readonly kind: Kind;
  readonly raw: string;
}

/** A parameter; one that was written without `=` has no value. */
export interface FieldParam {
  readonly name: string;
  readonly value: Bare | null;
}

/** A member of the list; an Inner List is only named as one. */
export interface Member extends Bare {
  readonly params: readonly FieldParam[];
}

// Sticky expressions match at their lastIndex, which is set before each use.

/** The bare items of the RFC, the first that matches counts. */
const KINDS: readonly (readonly [Kind, RegExp])[] = [
  ["token", /[A-Za-z*][!#$%&'*+\-.^_`|~0-9A-Za-z:/]*/y],
  ["decimal", /-?[0-9]{1,12}\.[0-9]{1,3}/y],
  ["integer", /-?[0-9]{1,15}/y],
  ["string", /"(?:[ !#-[\]-~]|\\["\\])*"/y],
  ["boolean", /\?[01]/y],
  ["bytes", /:(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}(?:==)?|[A-Za-z0-9+/]{3}=?)?:/y],
  ["date", /@-?[0-9]{1,15}/y],
  ["display", /%"(?:[ !#$&-~]|%[0-9a-f]{2})*"/y],
];
const SPACES = / */y;
const BLANK = /[ \t]*/y;
const KEY = /[a-z*][a-z0-9_.*-]*/y;

/**
 * The members of a field value.
 *
 * @param field the value, several field lines joined with `, `; bytes are read as ASCII
 * @throws WireError `header.size`, `header.syntax`
 */
export function parseList(field: string | Uint8Array): Member[] {
  const long =
    typeof field === "string" ? isLonger(field, FIELD_LIMIT) : field.length > FIELD_LIMIT;
  if (long) throw new WireError("header.size", `The field has more than ${FIELD_LIMIT} bytes.`);
  return new ListReader(typeof field === "string" ? field : latin1(field)).list();
}

class ListReader {
  private at = 0;

  constructor(private readonly text: string) {}

  list(): Member[] {
    const members: Member[] = [];
    this.take(SPACES);
    while (this.at < this.text.length) {
      members.push(this.member());
      this.take(BLANK);
      if (this.at === this.text.length) break;
      this.expect(",");
      this.take(BLANK);
      if (this.at === this.text.length) this.fail("another member after the comma");
    }
    return members;
  }

  private fail(expected: string): never {
    const position = this.at;
    throw new WireError("header.syntax", `Expected ${expected} at position ${position}.`, {
      position,
    });
  }

  private take(pattern: RegExp): RegExpExecArray | null {
    pattern.lastIndex = this.at;
    const match = pattern.exec(this.text);
    if (match !== null) this.at = pattern.lastIndex;
    return match;
  }

  private skip(character: string): boolean {
    if (this.text.charAt(this.at) !== character) return false;
    this.at += 1;
    return true;
  }

  private expect(character: string): void {
    if (!this.skip(character)) this.fail(character);
  }

  private member(): Member {
    const bare = this.skip("(") ? this.innerList() : this.item();
    return { ...bare, params: this.params() };
  }

  private innerList(): Bare {
    for (;;) {
      this.take(SPACES);
      if (this.skip(")")) return { kind: "list", raw: "" };
      this.item();
      this.params();
      if (!/[ )]/.test(this.text.charAt(this.at))) this.fail("a space or )");
    }
  }

  private item(): Bare {
    for (const [kind, pattern] of KINDS) {
      const match = this.take(pattern);
      if (match === null) continue;
      if (kind === "string") return { kind, raw: match[0].slice(1, -1) };
      if (kind === "display") this.checkDisplay(match[0].slice(2, -1));
      return { kind, raw: match[0] };
    }
    return this.fail("an item");
  }

  private checkDisplay(encoded: string): void {
    try {
      decodeURIComponent(encoded);
    } catch {
      this.fail("a Display String in UTF-8 before");
    }
  }

  private params(): FieldParam[] {
    const params: FieldParam[] = [];
    while (this.skip(";")) {
      this.take(SPACES);
      const key = this.take(KEY);
      if (key === null) this.fail("the name of a parameter");
      params.push({ name: key[0], value: this.skip("=") ? this.item() : null });
    }
    return params;
  }
}

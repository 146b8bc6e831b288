/**
 * Where a request has its identity token (SPEC.md, MZ-MWT-007).
 * Invariant: a Bearer token that does not say that it is an MWT is an application's own.
 */

import { decode } from "./decode.js";
import { isPlainObject, member } from "./json.js";

const LONGEST = 8192;

/** The token of X-Mizan-Token, else a Bearer token that says that it is an MWT; null for neither. */
export function tokenOf(headers: Headers): string | null {
  const own = headers.get("X-Mizan-Token");
  if (own !== null) return own;
  const [, bearer] = /^bearer +([^ ].*)$/i.exec(headers.get("Authorization") ?? "") ?? [];
  return bearer !== undefined && saysMwt(bearer) ? bearer : null;
}

function saysMwt(token: string): boolean {
  const [head = ""] = token.split(".", 1);
  if (head.length > LONGEST) return false;
  try {
    const text = atob(head.replaceAll("-", "+").replaceAll("_", "/"));
    const header = decode(Uint8Array.from(text, (unit) => unit.charCodeAt(0)));
    return isPlainObject(header) && member(header, "typ") === "mwt+jwt";
  } catch {
    return false; // an application's own
  }
}

/**
 * The request field X-Mizan-Held (SPEC.md, section 8.3).
 * Invariant: the sender's order is kept, and only the tail is dropped.
 */

import type { Instance } from "./generated/types.js";
import { WireError } from "./errors.js";
import { parseList } from "./fields.js";
import { isLongValue, readMember } from "./header.js";
import { readInstance, serialise, writeParams, type Parts } from "./targets.js";

const MOST = 8;
const LIMIT = 1024;

/**
 * The first eight instances that a field value names; parameter values are strings.
 *
 * @throws WireError `header.*`, `header.held` for `*` and functions
 */
export function parseHeld(field: string | Uint8Array): Instance[] {
  const instances = new Map<string, Instance>();
  for (const member of parseList(field)) {
    const parts = readMember(member);
    if (parts.context === "*" || parts.function !== null) {
      throw new WireError("header.held", `Expected an instance, got ${member.raw}.`);
    }
    const text = serialise(parts);
    if (!instances.has(text)) instances.set(text, instanceOf(parts));
  }
  return [...instances.values()].slice(0, MOST);
}

function instanceOf(parts: Parts): Instance {
  return { context: parts.context, params: writeParams(parts.params) };
}

/**
 * The field value for instances; empty without any, when the field must not be sent.
 *
 * @throws WireError `document.invalid` or `json.*` for what is no instance
 */
export function formatHeld(instances: readonly Instance[]): string {
  const kept = instances.map(readInstance).filter(({ params }) => !params.some(isLongValue));
  let field = "";
  for (const text of [...new Set(kept.map(serialise))].slice(0, MOST)) {
    const longer = field === "" ? text : `${field}, ${text}`;
    if (longer.length > LIMIT) break;
    field = longer;
  }
  return field;
}

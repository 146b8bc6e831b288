/**
 * Reading `X-Mizan-Invalidate` (SPEC.md, section 8.2).
 * Invariant: whatever cannot be read is `*`: too much becomes stale, never too little.
 */

import type { Feature, Target } from "./types.js";

const LIMIT = 65_536;
const SEGMENT = "[a-z][a-z\\d_]*";
const SHORT = "(?![\\w.]{65})";
const NAME = `${SHORT}(${SEGMENT}(?:\\.${SEGMENT})*)`;
const TEXT = "(?:[\\w.~-]|%[\\dA-Fa-f]{2})*";
const PAIR = `; *${SHORT}${SEGMENT}=(?:0|-?[1-9]\\d{0,14}|[A-Za-z]${TEXT}|"${TEXT}")`;
// No value may hold a comma or a semicolon, so that pieces can be looked at one by one.
const MEMBER = new RegExp(`^[ \\t]*${NAME}(?:/${NAME})?((?:${PAIR})*)[ \\t]*$`);

/** The targets that a field value names; parameter values are strings. Never throws. */
export function readHeader(field: string): readonly Target[] {
  if (/^ *$/.test(field)) return [];
  try {
    if (field.length > LIMIT || /^ *\t/.test(field)) return ["*"];
    return field.split(",").map(readMember);
  } catch {
    return ["*"];
  }
}

function readMember(text: string): Target {
  const [, context, name, pairs] = MEMBER.exec(text) as unknown as [string, string, string, string];
  const params: Record<string, string> = {};
  for (const pair of pairs.split(/; */).slice(1)) {
    const [key, value] = pair.split("=") as [string, string];
    if (Object.hasOwn(params, key)) throw new Error(key);
    params[key] = decodeURIComponent(value.replaceAll('"', ""));
  }
  return { context, params, ...(name && { function: name }) };
}

/** The feature: a header makes stale what it names, and no more. */
export const preciseHeader: Feature = (client) => {
  client.readHeader = readHeader;
};

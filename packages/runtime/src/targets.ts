/**
 * Which instances a target names (SPEC.md, section 7.1).
 * Invariant: where it cannot be told whether an instance is meant, it is.
 */

import { canonicalString } from "./canonical.js";
import type { Entry, Target } from "./types.js";

/** Whether a target names an instance (MZ-TGT-005); a parameter that one of them lacks is equal. */
export function matches(
  target: Target | null,
  { context, texts }: Pick<Entry, "context" | "texts">,
): boolean {
  if (typeof target === "string") return target === "*" || target === context;
  // A later version may have more forms of targets.
  if (!target?.context) return true;
  return (
    target.context === context &&
    Object.entries(target.params ?? {}).every(([name, value]) => {
      const text = texts.get(name);
      return text === undefined || value == null || text === canonicalString(value);
    })
  );
}

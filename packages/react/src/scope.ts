/**
 * What a part of a page reads, on the server that draws it and in the browser that takes it over.
 * Invariant: a scope is of one drawing of one page.
 */

import type { Slice, Snapshot } from "@mizan/runtime";
import { createContext } from "react";

export interface Scope {
  /** On a server: what suspending hooks wait for, by the keys of instances. */
  readonly awaited?: Map<string, Promise<void>>;
  /** On a server: what they have shown, by key. */
  readonly read?: Map<string, Slice>;
  /** In a browser: what the server has shown, by key. */
  readonly served?: ReadonlyMap<string, Snapshot>;
  /** In a browser: the text in which that came. */
  readonly text?: string;
}

export const ScopeContext = createContext<Scope>({});

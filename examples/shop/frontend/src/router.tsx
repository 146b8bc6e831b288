/**
 * Where the page is: the address says all of it, so Back, Forward and bookmarks work.
 * Invariant: a member of the query that has its default is left out.
 */

import { useMemo, useSyncExternalStore } from "react";
import type { MouseEvent, ReactElement, ReactNode } from "react";

/** Where Django hangs the page. */
const BASE = "/app/";

const listeners = new Set<() => void>();

/** Whether the visitor has been elsewhere on this page before; the first heading takes no focus. */
export const journey = { hasBegun: false };

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  addEventListener("popstate", listener);
  return () => {
    listeners.delete(listener);
    removeEventListener("popstate", listener);
  };
}

/** The address; another object whenever it is another. */
export function useAddress(): URL {
  const href = useSyncExternalStore(subscribe, () => location.href);
  return useMemo(() => new URL(href), [href]);
}

/** The names in the path after the base: `["orders", "5"]`. */
export function namesOf({ pathname }: URL): string[] {
  return pathname.slice(BASE.length).split("/").filter(Boolean);
}

export interface Going {
  /** In place of the address that is shown, so that Back leads to the one before. */
  readonly replace?: boolean;
}

/** Goes to an address of this page. */
export function go(to: string, { replace = false }: Going = {}): void {
  const from = location.pathname;
  history[replace ? "replaceState" : "pushState"](null, "", to);
  journey.hasBegun = true;
  if (from !== location.pathname) scrollTo(0, 0);
  for (const listener of [...listeners]) listener();
}

/** The address of a page: `at("orders", 5)`. */
export function at(...names: readonly (string | number)[]): string {
  return BASE + names.map((name) => `${name}/`).join("");
}

/** Members of a query. What is undefined, empty, false or the first page is left out. */
export type Query = Readonly<Record<string, string | number | boolean | undefined>>;

/** This address with other members of its query. */
export function withQuery({ pathname, searchParams }: URL, change: Query): string {
  const query = new URLSearchParams(searchParams);
  for (const [name, value] of Object.entries(change)) {
    const isDefault = !value || (name === "page" && value === 1);
    if (isDefault) query.delete(name);
    else query.set(name, String(value));
  }
  return pathname + (query.size ? `?${query.toString()}` : "");
}

/** The number of the page that a query asks for. */
export function pageOf({ searchParams }: URL): number {
  const text = searchParams.get("page") ?? "";
  return /^[1-9]\d{0,3}$/.test(text) ? Number(text) : 1;
}

export interface LinkProps {
  readonly to: string;
  readonly children: ReactNode;
  readonly className?: string;
  readonly current?: "page" | "true" | undefined;
}

/** A link within this page; with a modifier key it is the browser's. */
export function Link({ to, children, className, current }: LinkProps): ReactElement {
  const onClick = (event: MouseEvent): void => {
    if (event.button || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    go(to);
  };
  return (
    <a href={to} className={className} aria-current={current} onClick={onClick}>
      {children}
    </a>
  );
}

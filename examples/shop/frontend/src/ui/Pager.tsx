/**
 * Links that choose what of a list is shown.
 * Invariant: the address says what is chosen.
 */

import { useLayoutEffect } from "react";
import type { ReactElement } from "react";
import type { OrderStatus } from "../mizan/types.js";
import { go, Link, pageOf, useAddress, withQuery } from "../router.js";

export interface PagerProps {
  readonly pages: number;
  /** Whether that is the number of another list, while this one is on its way. */
  readonly isPlaceholder: boolean;
}

/** Leads to the page before and to the next; and to the last one, if the list became shorter. */
export function Pager({ pages, isPlaceholder }: PagerProps): ReactElement {
  const address = useAddress();
  const page = pageOf(address);
  const last = withQuery(address, { page: pages });
  const isBeyond = page > pages && !isPlaceholder;
  useLayoutEffect(() => {
    if (isBeyond) go(last, { replace: true });
  }, [isBeyond, last]);
  return (
    <nav aria-label="Pages" className="pager">
      {page > 1 && <Link to={withQuery(address, { page: page - 1 })}>Previous page</Link>}
      <span>
        Page {page} of {Math.max(page, pages)}
      </span>
      {page < pages && <Link to={withQuery(address, { page: page + 1 })}>Next page</Link>}
    </nav>
  );
}

export const STATUSES = {
  placed: "Placed",
  paid: "Paid",
  shipped: "Shipped",
  cancelled: "Cancelled",
} as const;

/** The status that a query asks for. */
export function statusOf({ searchParams }: URL): OrderStatus | undefined {
  const found = searchParams.get("status") ?? "";
  return Object.hasOwn(STATUSES, found) ? (found as OrderStatus) : undefined;
}

/** Leads to the orders of one status. */
export function StatusFilter(): ReactElement {
  const address = useAddress();
  const chosen = statusOf(address);
  const names: [OrderStatus | undefined, string][] = [
    [undefined, "All"],
    ...(Object.entries(STATUSES) as [OrderStatus, string][]),
  ];
  return (
    <div role="group" aria-label="Status" className="filter">
      {names.map(([status, name]) => (
        <Link
          key={name}
          to={withQuery(address, { status, page: 1 })}
          current={status === chosen ? "true" : undefined}
        >
          {name}
        </Link>
      ))}
    </div>
  );
}

/** A status, as a word and a colour. */
export function Status({ of }: { readonly of: OrderStatus }): ReactElement {
  return <span className={`status ${of}`}>{STATUSES[of]}</span>;
}

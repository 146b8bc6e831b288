/**
 * The frame of each page.
 * Invariant: who goes to a page is told its name: by the focus and by the title.
 */

import { useEffect, useRef } from "react";
import type { ReactElement, ReactNode } from "react";
import { journey } from "../router.js";

/** The shop's name, which Django writes into the page. */
export const SHOP = document.getElementById("app")?.dataset["shop"] ?? "Shop";

export interface PageProps {
  readonly title: string;
  /** Beside the heading. */
  readonly aside?: ReactNode;
  readonly children: ReactNode;
}

/** Draws the heading, and gives it the focus. */
export function Page({ title, aside, children }: PageProps): ReactElement {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    document.title = `${title} · ${SHOP}`;
    if (journey.hasBegun) heading.current?.focus({ preventScroll: true });
  }, [title]);
  return (
    <>
      <div className="head">
        <h1 ref={heading} tabIndex={-1}>
          {title}
        </h1>
        {aside}
      </div>
      {children}
    </>
  );
}

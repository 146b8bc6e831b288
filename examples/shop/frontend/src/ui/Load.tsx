/**
 * What is shown while there is no data, and where there is none.
 * Invariant: data that is there is shown, whatever has failed since, unless it may not be seen now.
 */

import { invalidate, type MizanError } from "@mizan/runtime";
import { useMizan, type ContextResult } from "@mizan/react";
import { useEffect } from "react";
import type { ReactElement, ReactNode } from "react";
import { NO_ANSWER } from "../message.js";

/** Bars in the place of what is on its way. */
export function Skeleton({ rows = 4 }: { readonly rows?: number }): ReactElement {
  return (
    <div className="skeleton" aria-busy="true">
      <span className="hidden">Loading…</span>
      {Array.from({ length: rows }, (_, index) => (
        <div key={index} className="bar" aria-hidden="true" />
      ))}
    </div>
  );
}

export interface FailedProps {
  readonly error: Error;
  /** What is read anew. */
  readonly contexts: readonly string[];
  readonly onRetry?: () => void;
}

/** What is said instead of the server's words, by status. */
const SENTENCES: Readonly<Record<number, string>> = {
  0: NO_ANSWER,
  404: "This is not here, or it is not yours to see.",
};

/** Says what went wrong, and offers to try again. */
export function Failed({ error, contexts, onRetry }: FailedProps): ReactElement {
  const client = useMizan();
  const { status = -1, message } = error as Partial<MizanError>;
  // A session that has ended: the page is to know it.
  useEffect(() => {
    if (status === 401) invalidate(client, "session", "session ended");
  }, [client, status]);
  const retry = (): void => {
    invalidate(client, contexts, "try again");
    onRetry?.();
  };
  return (
    <div role="alert" className="failed">
      <p>{SENTENCES[status] ?? message}</p>
      <button type="button" onClick={retry}>
        Try again
      </button>
    </div>
  );
}

/** Statuses that say that the data is not for this visitor, or not any more. */
const BARRED = [401, 403];

export interface LoadProps<D> {
  readonly of: ContextResult<D>;
  readonly context: string;
  /** Draws data, which may still be that of the filter before. */
  readonly children: (data: D, isPlaceholder: boolean) => ReactNode;
}

/** Shows data as soon as there is any; that of the filter before is dim. */
export function Load<D>({ of, context, children }: LoadProps<D>): ReactElement {
  const { data, error, isPlaceholder } = of;
  if (data === undefined || (error && BARRED.includes(error.status))) {
    return error ? <Failed error={error} contexts={[context]} /> : <Skeleton />;
  }
  return (
    <div className={isPlaceholder ? "old" : undefined} aria-busy={isPlaceholder}>
      {error && <Failed error={error} contexts={[context]} />}
      {children(data, isPlaceholder)}
    </div>
  );
}

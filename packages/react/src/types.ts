/**
 * What hooks take and give: types alone.
 * Invariant: nothing here exists when the code runs.
 */

import type { CallOptions, MizanError } from "@mizan/runtime";

export interface ContextOptions<D, S = D> {
  /** Whether to fetch; true by default. What others have fetched is shown all the same. */
  readonly enabled?: boolean | undefined;
  /** The age in ms from which data is fetched anew when the component mounts. */
  readonly staleTime?: number | undefined;
  /** The part of the data that is shown. */
  readonly select?: ((data: D) => S) | undefined;
  /** Whether nothing is to be drawn for other data; by default deep equality of JSON. */
  readonly isEqual?: ((one: S, other: S) => boolean) | undefined;
  /** Whether the data of the parameters before is shown until there is any of the new ones. */
  readonly keepPrevious?: boolean | undefined;
}

/** What a hook gives. A component is drawn anew for the members alone that it has read. */
export interface ContextResult<D> {
  /** The data; kept while it is stale and beside an error. */
  readonly data: D | undefined;
  readonly error: MizanError<string> | undefined;
  readonly status: "pending" | "success" | "error";
  /** Whether there is nothing to show yet. */
  readonly isPending: boolean;
  readonly isFetching: boolean;
  /** Whether an invalidation overtook the data. */
  readonly isStale: boolean;
  /** Whether the data is of the parameters before. */
  readonly isPlaceholder: boolean;
}

export type SuspenseOptions<D, S = D> = Pick<
  ContextOptions<D, S>,
  "staleTime" | "select" | "isEqual"
>;

/** Parameters, which may be left out where none is required, and options. */
export type ParamsAnd<P, O> =
  // eslint-disable-next-line @typescript-eslint/no-empty-object-type -- "nothing is required"
  {} extends P ? [params?: P | undefined, options?: O] : [params: P, options?: O];

export type ContextHook<P extends object, D> = <S = D>(
  ...args: ParamsAnd<P, ContextOptions<D, S>>
) => ContextResult<S>;

export type SuspenseHook<P extends object, D> = <S = D>(
  ...args: ParamsAnd<P, SuspenseOptions<D, S>>
) => S;

/** What `callHook` gives; `E` are the codes that the function declares. */
export interface CallResult<A extends object, R, E extends string> {
  /**
   * Runs the function; the same function while the client is the same.
   *
   * @throws MizanError, which is kept in `error` as well
   */
  readonly call: (...args: ParamsAnd<A, CallOptions>) => Promise<R>;
  /** Of the last call. */
  readonly status: "idle" | "pending" | "success" | "error";
  readonly isPending: boolean;
  readonly error: MizanError<E> | undefined;
  readonly data: R | undefined;
  /** Forgets the last call; it is not stopped. */
  readonly reset: () => void;
}

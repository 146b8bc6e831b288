/**
 * Results that note what is read of them.
 * Invariant: a member that was read never changes in place; one that was not, may.
 */

/** What a hook showed last. */
export interface Tracked<R extends object> {
  result?: R;
  /** The result, which notes what is read of it. */
  shown?: R;
  readonly read: Set<PropertyKey>;
}

/** What to show: the same object as before unless a member that was read is another. */
export function track<R extends object>(tracked: Tracked<R>, next: R): R {
  const { result: old, shown, read } = tracked;
  if (
    old &&
    shown &&
    [...read].every((name) => Reflect.get(old, name) === Reflect.get(next, name))
  ) {
    Object.assign(old, next);
    return shown;
  }
  tracked.result = next;
  return (tracked.shown = new Proxy(next, {
    get: (target, name) => {
      read.add(name);
      return Reflect.get(target, name) as unknown;
    },
  }));
}

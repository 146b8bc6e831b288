/**
 * The development panel in builds for production.
 * Invariant: it draws nothing and imports nothing.
 */

/** Draws nothing. */
export function MizanPanel(): null {
  return null;
}

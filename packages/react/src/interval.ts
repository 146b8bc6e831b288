/**
 * A hook that has a context fetched again and again.
 * Invariant: nothing is fetched for a component that is gone or a page that nobody sees.
 */

import { registerContext, type MizanContext } from "@mizan/runtime";
import { refetchEvery } from "@mizan/runtime/interval";
import { useEffect } from "react";
import { useMizan } from "./provider.js";

/**
 * Has an instance fetched every so many ms while it is shown by any component.
 *
 * @param refetchInterval in ms; false: never
 */
export function useInterval<P extends object, D>(
  context: MizanContext<P, D>,
  params: NoInfer<P>,
  refetchInterval: number | false,
): void {
  const client = useMizan();
  const { key } = registerContext(client, context, params);
  useEffect(
    () => (refetchInterval ? refetchEvery(client, context, params, refetchInterval) : undefined),
    [client, key, refetchInterval],
  );
}

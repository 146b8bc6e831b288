/**
 * Where errors of suspending hooks end.
 * Invariant: what failed is mounted anew, and so read anew, when the visitor asks for it.
 */

import { Component, Suspense } from "react";
import type { ReactNode } from "react";
import { Failed, Skeleton } from "./Load.js";
import { Page } from "./Page.js";

interface Props {
  /** What is said while there is nothing, or an error, to show. */
  readonly title: string;
  /** What is read below. */
  readonly context: string;
  readonly children: ReactNode;
}

interface State {
  readonly error: Error | undefined;
}

/** Shows a skeleton, then what is inside, or what went wrong. */
export class Boundary extends Component<Props, State> {
  override state: State = { error: undefined };

  static getDerivedStateFromError(error: Error): State {
    return { error };
  }

  override render(): ReactNode {
    const { title, context, children } = this.props;
    const { error } = this.state;
    const retry = (): void => {
      this.setState({ error: undefined });
    };
    if (error) {
      return (
        <Page title={title}>
          <Failed error={error} contexts={[context]} onRetry={retry} />
        </Page>
      );
    }
    const waiting = (
      <Page title={title}>
        <Skeleton />
      </Page>
    );
    return <Suspense fallback={waiting}>{children}</Suspense>;
  }
}

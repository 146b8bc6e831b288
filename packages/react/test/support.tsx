/** What tests of hooks share: a page on a network under manual control. */

import { createClient, type Client, type ClientOptions } from "@mizan/runtime";
import { act, render, type RenderResult } from "@testing-library/react";
import { Component, StrictMode, type ReactNode } from "react";
import { vi } from "vitest";
import { network, settled, type Network } from "../../runtime/test/fake.js";
import { MizanProvider } from "../src/index.js";

export interface User {
  readonly user_id: number;
  readonly name: string;
  readonly orders: readonly number[];
}

export const USER = { name: "user" } as const;

export interface Page extends RenderResult {
  readonly net: Network;
  readonly client: Client;
  /** Draws other elements in the page. */
  readonly draw: (children: ReactNode) => void;
}

/** A page with a provider, in StrictMode unless it counts what is drawn. */
export function page(
  children: ReactNode,
  { strict = true, ...options }: Partial<ClientOptions> & { strict?: boolean } = {},
): Page {
  const net = network();
  const client = createClient({ baseUrl: "/api/", fetch: net.fetch, ...options });
  const tree = (inside: ReactNode): ReactNode => {
    const provided = <MizanProvider client={client}>{inside}</MizanProvider>;
    return strict ? <StrictMode>{provided}</StrictMode> : provided;
  };
  const rendered = render(tree(children));
  const draw = (inside: ReactNode): void => {
    rendered.rerender(tree(inside));
  };
  return { ...rendered, net, client, draw };
}

/** Lets everything happen that waits for nothing else. */
export async function settle(): Promise<void> {
  await act(settled);
}

/** Answers the request that was sent last. */
export async function answer(
  { net }: Pick<Page, "net">,
  body: unknown,
  init?: ResponseInit,
): Promise<void> {
  await act(async () => {
    await net.last().reply(body, init);
  });
}

/** Keeps errors that a test provokes out of its output; returns what ends that. */
export function quiet(): () => void {
  const spy = vi.spyOn(console, "error").mockImplementation(() => undefined);
  const ignore = (event: Event): void => {
    event.preventDefault();
  };
  window.addEventListener("error", ignore);
  return () => {
    window.removeEventListener("error", ignore);
    spy.mockRestore();
  };
}

/** Shows the code of an error that its children threw, and a button that tries anew. */
export class Boundary extends Component<{ children: ReactNode }, { code?: string }> {
  override state: { code?: string } = {};

  static getDerivedStateFromError({ code }: { code: string }) {
    return { code };
  }

  override render(): ReactNode {
    const { code } = this.state;
    if (!code) return this.props.children;
    const again = (): void => {
      this.setState({ code: "" });
    };
    return <button onClick={again}>{code}</button>;
  }
}

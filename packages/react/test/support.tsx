/** What tests of hooks share: a page on a network under manual control. */

import { createClient, type Client, type ClientOptions } from "@mizan/runtime";
import { act, render, type RenderResult } from "@testing-library/react";
import { StrictMode, type ReactNode } from "react";
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

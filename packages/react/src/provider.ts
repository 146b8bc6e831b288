/**
 * Which client the components below use.
 * Invariant: there is no client outside a tree, so two users on a server never mix.
 */

import type { Client } from "@mizan/runtime";
import { createContext, createElement, useContext } from "react";
import type { ReactElement, ReactNode } from "react";

const ClientContext = createContext<Client | undefined>(undefined);

export interface MizanProviderProps {
  /** Made once: by the page, or for one user's request on a server. */
  readonly client: Client;
  readonly children?: ReactNode;
}

/** Gives a client to the components below. */
export function MizanProvider({ client, children }: MizanProviderProps): ReactElement {
  return createElement(ClientContext.Provider, { value: client }, children);
}

/**
 * The client of the tree.
 *
 * @throws Error where there is no MizanProvider above
 */
export function useMizan(): Client {
  const client = useContext(ClientContext);
  if (!client) throw new Error("No <MizanProvider client={...}> above this component");
  return client;
}

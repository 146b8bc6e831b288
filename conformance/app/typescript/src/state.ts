/**
 * What the conformance app holds: in memory, put back by `reset`.
 * Invariant: whatever waits at a gate goes on when it is opened, at a reset, or after gate_seconds.
 */

import { readFileSync } from "node:fs";
import type { Jwk } from "@mizan/protocol";
import type { User } from "@mizan/server";

// A type, not an interface: it is JSON.
export type Board = { id: number; title: string }; // eslint-disable-line @typescript-eslint/consistent-type-definitions
export type Note = { id: number; board_id: number; text: string; author: number | null }; // eslint-disable-line @typescript-eslint/consistent-type-definitions

interface Data {
  boards: Board[];
  notes: Note[];
  members: Record<string, string>;
  themes: Record<string, string>;
  labels: Record<string, string>;
  slots: Record<string, number>;
  motto: string;
}

/** An account of server.json. */
export interface Account extends User {
  readonly id: number;
  readonly name: string;
  readonly password: string;
  readonly permissions: string[];
}

interface Server {
  readonly body_limit: number;
  readonly gate_seconds: number;
  readonly csrf: { readonly cookie: string; readonly header: string };
  readonly tokens: { audience: string; keys: Jwk[]; pkey_secret: string };
  readonly users: readonly Account[];
  readonly state: Data;
}

/** A document beside the README of the app; from the source and from what is built of it. */
export function document(name: string): unknown {
  return JSON.parse(readFileSync(new URL(`../../${name}`, import.meta.url), "utf8"));
}

export const server = document("server.json") as Server;

/** A place where functions wait for the suite. */
export class Gate {
  isOpen = false;
  waiting = 0;
  #open: () => void = () => undefined;
  readonly #opened = new Promise<void>((resolve) => {
    this.#open = resolve;
  });

  open(): void {
    this.isOpen = true;
    this.#open();
  }

  async wait(): Promise<void> {
    this.waiting += 1;
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, server.gate_seconds * 1000);
    });
    await Promise.race([this.#opened, late]);
    clearTimeout(timer);
    this.waiting -= 1;
  }
}

/** The data and the gates. */
export class State {
  data: Data = structuredClone(server.state);
  ticks = 0;
  /** The user's number by the value of the session's cookie. */
  readonly sessions = new Map<string, number>();
  readonly #gates = new Map<string, Gate>();

  reset(): void {
    for (const gate of this.#gates.values()) gate.open();
    this.#gates.clear();
    this.data = structuredClone(server.state);
    this.ticks = 0;
  }

  /** A gate, which is there from when it is first named. */
  gate(name: string): Gate {
    const gate = this.#gates.get(name) ?? new Gate();
    this.#gates.set(name, gate);
    return gate;
  }
}

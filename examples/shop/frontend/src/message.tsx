/**
 * What the last click did, for eyes and for screen readers.
 * Invariant: a call that a visitor began ends in a sentence, whatever became of it.
 */

import { MizanError } from "@mizan/runtime";
import { useSyncExternalStore } from "react";
import type { ReactElement } from "react";

interface Message {
  readonly text: string;
  readonly isWrong: boolean;
  /** So that one sentence said twice is seen twice. */
  readonly number: number;
}

/** What is said where the server cannot be reached. */
export const NO_ANSWER = "The shop does not answer. Is it running, and are you online?";

let message: Message = { text: "", isWrong: false, number: 0 };
const listeners = new Set<() => void>();

/** Says a sentence. */
export function say(text: string, isWrong = false): void {
  message = { text, isWrong, number: message.number + 1 };
  for (const listener of [...listeners]) listener();
}

/** Why nothing came back, by code. */
const SILENT: Readonly<Record<string, string>> = {
  "client.offline": "You are offline, so nothing was sent.",
  "client.network": NO_ANSWER,
  "client.timeout": NO_ANSWER,
};

/** What is said of an error. */
export function sentenceOf(error: unknown): string {
  if (!(error instanceof MizanError)) return "That did not work.";
  const { code, errors, message: own } = error as MizanError<string>;
  return errors.length > 0 ? "Look at what is marked." : (SILENT[code] ?? own);
}

/** Says what became of a call; its result, or undefined where it failed. */
export async function told<R>(
  work: Promise<R>,
  done: (result: R) => string,
): Promise<R | undefined> {
  try {
    const result = await work;
    say(done(result));
    return result;
  } catch (error) {
    say(sentenceOf(error), true);
    return undefined;
  }
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => {
    listeners.delete(listener);
  };
}

/** The two live regions, which are always there. */
export function Messages(): ReactElement {
  const { text, isWrong, number } = useSyncExternalStore(subscribe, () => message);
  return (
    <div className="messages">
      <p role="status" data-testid="message" className="message" key={`said ${number}`}>
        {isWrong ? "" : text}
      </p>
      <p role="alert" className="message wrong" key={`wrong ${number}`}>
        {isWrong ? text : ""}
      </p>
    </div>
  );
}

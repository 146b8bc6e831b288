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

let message: Message = { text: "", isWrong: false, number: 0 };
const listeners = new Set<() => void>();

/** Says a sentence. */
export function say(text: string, isWrong = false): void {
  message = { text, isWrong, number: message.number + 1 };
  for (const listener of [...listeners]) listener();
}

function sentenceOf(error: unknown): string {
  if (error instanceof MizanError && error.errors.length > 0) return "Look at what is marked.";
  return error instanceof Error ? error.message : "That did not work.";
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

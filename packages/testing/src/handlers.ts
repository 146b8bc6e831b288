/**
 * The handlers: a server of which a test says what it answers.
 * Invariant: they speak the protocol as a server does, so that the runtime runs unchanged.
 */

import { canonicalJson } from "@mizan/protocol";
import type { Target } from "@mizan/runtime";
import { http, HttpResponse, type RequestHandler } from "msw";
import type { CallAnswer, ContextAnswer } from "./answers.js";
import { readCall, reply, targetOf } from "./calls.js";
import { Events } from "./events.js";
import { isProblem, Problem } from "./problem.js";
import { read, type Server } from "./reads.js";

/** The document that `manage.py export_client_schema` writes. */
export interface ClientSchema {
  readonly base_url: string;
  readonly contexts: object;
  readonly functions: object;
  readonly $defs?: object;
}

/** Handlers for `setupServer(...handlers)` and `setupWorker(...handlers)`. */
export type MizanHandlers = readonly RequestHandler[] & {
  /** Answers otherwise, until `reset`. */
  readonly use: (...answers: readonly (ContextAnswer | CallAnswer)[]) => void;
  /** Tells live clients that somebody else made something stale. */
  readonly tell: (...targets: readonly Target[]) => void;
  /** Answers as in the beginning, and ends streams of events. */
  readonly reset: () => void;
};

/**
 * Handlers of all reads, calls and events of a server.
 *
 * @param schema its client schema
 * @param answers of `onContext` and `onCall`; the last one for a name counts
 */
export function mizanHandlers(
  schema: ClientSchema,
  answers: readonly (ContextAnswer | CallAnswer)[],
): MizanHandlers {
  const { base_url, contexts, functions, $defs = {} } = schema;
  const server: Server = {
    baseUrl: base_url,
    contexts: contexts as Server["contexts"],
    functions: functions as Server["functions"],
    definitions: $defs as Server["definitions"],
    reads: new Map(),
    calls: new Map(),
    events: new Events(),
  };
  const use = (...more: readonly (ContextAnswer | CallAnswer)[]): void => {
    for (const each of more) {
      if (each.kind === "context") server.reads.set(each.name, each);
      else server.calls.set(each.name, each);
    }
  };
  const tell = (...targets: readonly Target[]): void => {
    server.events.tell(targets.map(targetOf), null);
  };
  const reset = (): void => {
    server.events.reset();
    server.reads.clear();
    server.calls.clear();
    use(...answers);
  };
  reset();
  // A path is answered on every origin.
  const base = base_url.startsWith("/") ? `*${base_url}` : base_url;
  const handlers = [
    http.all(`${base}ctx/:context/`, ({ request, params }) =>
      respond(() => read(server, String(params["context"]), request)),
    ),
    http.post(`${base}call/`, ({ request }) =>
      respond(async () => reply(server, await readCall(server, request), request)),
    ),
    http.get(`${base}events/`, ({ request }) => server.events.subscribe(request)),
  ];
  return Object.assign(handlers, { use, tell, reset });
}

/** What is thrown becomes a problem document. */
async function respond(work: () => Promise<Response>): Promise<Response> {
  try {
    return await work();
  } catch (thrown) {
    if (thrown instanceof Response) return thrown;
    try {
      return refused(isProblem(thrown) ? thrown : failure(thrown));
    } catch (error) {
      return refused(failure(error));
    }
  }
}

function failure(thrown: unknown): Problem {
  return new Problem("internal", { detail: String(thrown) });
}

function refused(thrown: Problem): Response {
  const headers = { "Content-Type": "application/problem+json", "Cache-Control": "no-store" };
  return new HttpResponse(canonicalJson(thrown.document()), { status: thrown.status, headers });
}

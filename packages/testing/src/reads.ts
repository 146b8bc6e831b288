/**
 * Reads of contexts (SPEC.md, sections 6.2 and 10).
 * Invariant: an answer is given the effective parameters, in the types that the server declares.
 */

import {
  canonicalJson,
  effectiveParams,
  etag,
  parseQuery,
  responseHeaders,
  WireError,
  type Parameter,
  type ParamValues,
} from "@mizan/protocol";
import { HttpResponse } from "msw";
import type { CallAnswer, ContextAnswer } from "./answers.js";
import type { Events } from "./events.js";
import { Problem, refusal } from "./problem.js";

/** What a server is, and what the test says that it answers. */
export interface Server {
  readonly baseUrl: string;
  readonly contexts: Readonly<Record<string, { readonly parameters: readonly Parameter[] }>>;
  readonly functions: Readonly<Record<string, FunctionSchema>>;
  readonly definitions: Readonly<Record<string, JsonSchema>>;
  readonly reads: Map<string, ContextAnswer>;
  readonly calls: Map<string, CallAnswer>;
  readonly events: Events;
}

export interface FunctionSchema {
  readonly kind: string;
  readonly errors?: Readonly<Record<string, { readonly status: number }>>;
  readonly input?: JsonSchema;
}

/** A JSON Schema, as far as it is looked at. */
export interface JsonSchema {
  readonly $ref?: string;
  readonly type?: string;
  readonly anyOf?: readonly JsonSchema[];
  readonly properties?: Readonly<Record<string, JsonSchema>>;
}

/** The reply to a read. Throws Problem. */
export async function read(server: Server, name: string, request: Request): Promise<Response> {
  const context = server.contexts[name];
  if (!context) throw new Problem("not_found", { detail: `There is no context ${name}.` });
  const { position } = server.events;
  const { params, canonical, url } = await ask(server, name, context.parameters, request);
  const body = canonicalJson(await run(server, name, params));
  const tag = await etag(body);
  const policy = responseHeaders({
    kind: "context",
    cache: true,
    userScoped: true,
    anonymous: false,
    edge: false,
    canonical,
    noStore: request.method === "POST",
    leaked: false,
    etag: tag,
    url,
    tags: [],
  });
  const headers = { ...policy, "X-Mizan-Event": position };
  if ("ETag" in policy && request.headers.get("If-None-Match") === tag) {
    return new HttpResponse(null, { status: 304, headers });
  }
  return new HttpResponse(body, { headers: { "Content-Type": "application/json", ...headers } });
}

interface Asked {
  readonly params: ParamValues;
  readonly canonical: boolean;
  readonly url: string;
}

async function ask(
  { baseUrl }: Server,
  name: string,
  parameters: readonly Parameter[],
  request: Request,
): Promise<Asked> {
  try {
    if (request.method === "GET") {
      return parseQuery(baseUrl, name, parameters, new URL(request.url).search.slice(1));
    }
    if (request.method !== "POST") throw new Problem("method_not_allowed");
    const given = (await request.json()) as Record<string, unknown>;
    return { params: effectiveParams(parameters, given), canonical: true, url: "" };
  } catch (error) {
    throw error instanceof WireError ? refusal(error) : error;
  }
}

/** The bundle that the test gives, as JSON. Throws what it gives instead. */
export async function run({ reads }: Server, name: string, params: ParamValues): Promise<unknown> {
  const answer = reads.get(name);
  if (!answer) {
    const detail = `The test gives no answer for the context ${name}: add onContext(…).`;
    throw new Problem("not_found", { detail });
  }
  return toJson(await answer.run(params));
}

/** What goes over the wire of a value. Throws what is no value: a problem, a response. */
export function toJson(value: unknown): unknown {
  // eslint-disable-next-line @typescript-eslint/only-throw-error -- it is an answer
  if (value instanceof Problem || value instanceof Response) throw value;
  return value === undefined ? null : (JSON.parse(JSON.stringify(value)) as unknown);
}

/**
 * The life of a request, from top to bottom (SPEC.md, sections 6, 10, 14 and 16).
 * Invariant: whatever is sent gets a reply, and nothing is thrown after a commit.
 */

import type { JsonMembers, Target } from "@mizan/protocol";
import { admit } from "./admit.js";
import type { App } from "./app.js";
import { checkArguments, fromRoute, pick, resultText, shapeResult } from "./arguments.js";
import { Call } from "./call.js";
import type { Catalog, ServerFunction } from "./catalog.js";
import { callableFunction } from "./find.js";
import { Asker } from "./identity.js";
import {
  checkMethod,
  grouped,
  incomingOf,
  isForm,
  readBody,
  readCall,
  readForm,
  type Incoming,
  type Wire,
} from "./incoming.js";
import { mutate } from "./mutation.js";
import { BODY_LIMIT } from "./options.js";
import { Problem } from "./problem.js";
import { read, type Visit } from "./reads.js";
import { callReply, contextReply, problemReply, viewReply } from "./reply.js";
import { routesOf, type Found } from "./routes.js";
import { fresh } from "./singleFlight.js";

/** Answers a request. Never rejects. */
export type RequestHandler = (request: Request, wire?: Wire) => Promise<Response>;

/** The name of the function that a request asks for, once that is known. */
interface Asking {
  function: string | null;
}

/** Makes what answers the requests to an app: its endpoints and the routes of its views. */
export function createHandler({ catalog }: App): RequestHandler {
  const find = routesOf(catalog);
  return async (request, wire = {}) => {
    const asking: Asking = { function: null };
    const incoming = incomingOf(request, wire);
    try {
      const found = find(incoming);
      if (found === null) throw new Problem("not_found", "Nothing is at this path.");
      return await bodiless(incoming, await answer(catalog, incoming, found, asking));
    } catch (error) {
      return bodiless(incoming, await problemReply(catalog, request, asking.function, error));
    }
  };
}

/** HEAD gets the headers alone. */
async function bodiless({ method }: Incoming, response: Response): Promise<Response> {
  if (method !== "HEAD" || response.body === null) return response;
  const { status, statusText } = response;
  const headers = new Headers(response.headers);
  headers.set("Content-Length", String((await response.arrayBuffer()).byteLength));
  return new Response(null, { status, statusText, headers });
}

async function answer(
  catalog: Catalog,
  incoming: Incoming,
  found: Found,
  asking: Asking,
): Promise<Response> {
  if (found.kind === "view") return view(catalog, incoming, found.each, found.route, asking);
  const added = new Headers();
  const asker = new Asker(incoming.request, catalog.identification);
  const visit = { asker, call: new Call(asker, catalog.options.vary, null, added) };
  if (found.kind === "call") return call(catalog, incoming, visit, asking, added);
  const bundle = await read(catalog, incoming, visit, found.name);
  return contextReply(catalog, bundle, incoming.request, added);
}

/** Answers `POST call/`: runs one function and reports what it made stale. */
async function call(
  catalog: Catalog,
  incoming: Incoming,
  visit: Visit,
  asking: Asking,
  added: Headers,
): Promise<Response> {
  checkMethod(incoming, ["POST"]);
  const { name, args, files } = await readCall(catalog, incoming);
  asking.function = name;
  const each = callableFunction(catalog, name);
  const held = incoming.request.headers.get("X-Mizan-Held") ?? "";
  // Who asks is asked again after the call, so it has to be known before.
  const demands = { unsafe: true, identify: held !== "" };
  const identity = await admit(catalog, visit.asker, visit.call, [each], demands);
  const given = { ...args, ...pick(each, files, catalog.definitions) };
  checkArguments(each, given);
  const finish = (result: unknown): string => resultText(each, result);
  const { result, targets } = await mutate(catalog, each, visit.call, given, finish);
  // Who sets a cookie may have begun or ended a session, which this request does not show.
  const isSame = held !== "" && !added.has("Set-Cookie");
  const slices = isSame ? await fresh(catalog, visit, identity, held, targets) : [];
  return callReply(catalog, result, targets, slices, added);
}

const SAFE = ["GET", "HEAD", "OPTIONS"];

/** Answers a view function's route: passes its response through, with what it made stale. */
async function view(
  catalog: Catalog,
  incoming: Incoming,
  each: ServerFunction,
  route: Readonly<Record<string, string>>,
  asking: Asking,
): Promise<Response> {
  const { options } = catalog;
  const isPrivate = each.options.private === true;
  asking.function = each.name;
  checkMethod(incoming, each.methods);
  // The body of a private route is left alone: its function may check a signature over it.
  const request = isPrivate ? incoming.request : await buffered(incoming.request, options);
  const asker = new Asker(request, catalog.identification);
  const added = new Headers();
  const own = new Call(asker, options.vary, null, added);
  const unsafe = !SAFE.includes(incoming.method) && !isPrivate;
  await admit(catalog, asker, own, [each], { unsafe });
  const fields = isPrivate ? {} : await fieldsOf(catalog, each, incoming.query, request);
  const args = { ...fields, ...fromRoute(each, route, catalog.definitions) };
  checkArguments(each, args);
  const finish = (result: unknown): Response => shapeResult(each, result) as Response;
  const outcome = await mutate(catalog, each, own, args, finish);
  const targets: readonly Target[] = outcome.targets;
  return viewReply(catalog, each, args, outcome.result, targets, added);
}

/** A request whose form can be read twice: for the arguments, and by the function. */
async function buffered(request: Request, options: Catalog["options"]): Promise<Request> {
  if (request.body === null || !isForm(request)) return request;
  const body = await readBody(request, options.bodyLimit ?? BODY_LIMIT);
  return new Request(request.url, { method: request.method, headers: request.headers, body });
}

/** The fields of a query and a form that a function takes; the form's count. */
async function fieldsOf(
  catalog: Catalog,
  each: ServerFunction,
  query: string,
  request: Request,
): Promise<JsonMembers> {
  const { definitions } = catalog;
  const asked = pick(each, grouped(new URLSearchParams(query)), definitions);
  if (request.body === null || !isForm(request)) return asked;
  const form = await readForm(catalog, request.clone());
  return { ...asked, ...pick(each, form, definitions) };
}

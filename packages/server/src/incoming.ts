/**
 * What a request says: its method, its body, its parameters (SPEC.md, sections 5, 6 and 16).
 * Invariant: nothing of a body reaches a function before its size and its JSON are checked.
 */

import {
  canonicalUrl,
  decode,
  effectiveParams,
  isPlainObject,
  parseQuery,
  WireError,
  type JsonMembers,
  type JsonValue,
  type ParamValues,
} from "@mizan/protocol";
import { readCallDocument, type Fields } from "./arguments.js";
import type { Catalog, ReadContext } from "./catalog.js";
import { mediaType } from "./csrf.js";
import { BASE_URL, BODY_LIMIT } from "./options.js";
import { ofWireError, Problem } from "./problem.js";

/** What a Request of the Fetch API may not say as it came: it changes URLs, and refuses methods. */
export interface Wire {
  readonly method?: string;
  /** The path and query of the request line. */
  readonly target?: string;
}

/** A request as it is answered. */
export interface Incoming {
  readonly request: Request;
  readonly method: string;
  readonly path: string;
  /** What stands after the `?`, as it came. */
  readonly query: string;
}

export function incomingOf(request: Request, wire: Wire): Incoming {
  const whole = wire.target ?? request.url;
  // An absolute URL, of a Request or of a request line for a proxy.
  const target = whole.replace(/^[a-z]+:\/\/[^/?#]*/i, "").split("#", 1)[0] ?? "";
  const at = target.indexOf("?");
  return {
    request,
    method: wire.method ?? request.method,
    path: at < 0 ? target : target.slice(0, at),
    query: at < 0 ? "" : target.slice(at + 1),
  };
}

/** Throws a Problem (405) for another method; where there is GET there is HEAD. */
export function checkMethod({ method }: Incoming, allowed: readonly string[]): void {
  if (allowed.includes(method) || (method === "HEAD" && allowed.includes("GET"))) return;
  const listed = allowed.join(", ");
  const detail = `${method} is not answered here; use ${listed}.`;
  throw new Problem("method_not_allowed", detail, { headers: { Allow: listed } });
}

/** What `read` gives; what the protocol refuses becomes a Problem. */
export function reading<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw error instanceof WireError ? ofWireError(error) : error;
  }
}

/** The bytes of a body. Rejects with a Problem: 413 over the limit, 400 where it ends too early. */
export async function readBody(request: Request, limit: number): Promise<Uint8Array<ArrayBuffer>> {
  const length = request.headers.get("Content-Length") ?? "";
  if (/^[0-9]+$/.test(length) && Number(length) > limit) throw tooLarge(limit);
  const chunks: Uint8Array[] = [];
  let size = 0;
  try {
    const reader = request.body?.getReader();
    for (;;) {
      const { done, value } = (await reader?.read()) ?? { done: true };
      if (done) break;
      size += value.length;
      chunks.push(value);
      if (size <= limit) continue;
      void reader?.cancel().catch(() => undefined);
      break;
    }
  } catch {
    throw new Problem("malformed", "The body ended too early.");
  }
  if (size > limit) throw tooLarge(limit);
  const bytes = new Uint8Array(size);
  chunks.reduce((at, chunk) => (bytes.set(chunk, at), at + chunk.length), 0);
  return bytes;
}

function tooLarge(limit: number): Problem {
  return new Problem("too_large", `The body is larger than ${limit} bytes.`);
}

function limitOf({ options }: Catalog): number {
  return options.bodyLimit ?? BODY_LIMIT;
}

/** The JSON of a body. Rejects with a Problem (400, 413, 415). */
async function readJson(catalog: Catalog, request: Request): Promise<JsonValue> {
  const type = mediaType(request.headers);
  if (type !== "application/json" && type !== "") {
    throw new Problem("unsupported_media_type", `Send application/json, not ${type}.`);
  }
  const limit = limitOf(catalog);
  const body = await readBody(request, limit);
  return reading(() => decode(body, limit));
}

/** A call: the function's name, its arguments, and the files that it brings. */
export interface CallDocument {
  readonly name: string;
  readonly args: JsonMembers;
  readonly files: Fields;
}

/** Reads the body of a call. Rejects with a Problem (400, 413, 415). */
export async function readCall(catalog: Catalog, { request }: Incoming): Promise<CallDocument> {
  const isForm = mediaType(request.headers) === "multipart/form-data";
  const files = isForm ? await readForm(catalog, request) : new Map<string, []>();
  const part = files.get("call")?.at(-1);
  if (isForm && part === undefined) {
    throw new Problem("malformed", 'A multipart call needs a part "call" with the JSON.');
  }
  const text = part instanceof Blob ? await part.text() : part;
  const document =
    text === undefined ? await readJson(catalog, request) : reading(() => decode(text));
  const call = readCallDocument(document);
  if (call === null) {
    throw new Problem("malformed", 'Expected {"function": name, "args": {…}}.');
  }
  return { ...call, files: new Map([...files].filter(([name]) => name !== "call")) };
}

const FORMS = ["application/x-www-form-urlencoded", "multipart/form-data"];

/** Whether a body is a form. */
export function isForm(request: Request): boolean {
  return FORMS.includes(mediaType(request.headers));
}

/** The fields and files of a form by name. Rejects with a Problem (400, 413). */
export async function readForm(catalog: Catalog, request: Request): Promise<Fields> {
  const body = await readBody(request, limitOf(catalog));
  const headers = { "Content-Type": request.headers.get("Content-Type") ?? "" };
  try {
    return grouped(await new Response(body, { headers }).formData());
  } catch {
    throw new Problem("malformed", "The form cannot be read.");
  }
}

/** The values of each name. */
export function grouped(pairs: Iterable<[string, string | File]>): Fields {
  const found = new Map<string, (string | File)[]>();
  for (const [name, value] of pairs) found.set(name, [...(found.get(name) ?? []), value]);
  return found;
}

/** The instance that a read asks for. */
export interface Asked {
  /** Effective parameters, bound ones included. */
  readonly params: ParamValues;
  /** Those that clients know. */
  readonly open: ParamValues;
  /** Whether the request spells them canonically. */
  readonly canonical: boolean;
  /** The canonical URL. */
  readonly url: string;
}

/** What a request asks of a context, in its query or its body. Rejects with a Problem. */
export async function readParams(
  catalog: Catalog,
  { method, request, query }: Incoming,
  context: ReadContext,
): Promise<Asked> {
  if (method !== "POST") return readQuery(catalog, context, query);
  const given = await readJson(catalog, request);
  if (!isPlainObject(given)) {
    throw new Problem("malformed", "Expected a JSON object of parameters.");
  }
  const { name, parameters } = context;
  const params = reading(() => effectiveParams(parameters, given));
  return { params, open: params, canonical: false, url: canonicalUrl(base(catalog), name, params) };
}

/** What a query asks of a context. Throws a Problem (400, 414, 422). */
export function readQuery(catalog: Catalog, context: ReadContext, query: string): Asked {
  const { name, parameters } = context;
  const read = reading(() => parseQuery(base(catalog), name, parameters, query));
  return { ...read, open: read.params };
}

function base({ options }: Catalog): string {
  return options.baseUrl ?? BASE_URL;
}

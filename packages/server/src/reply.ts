/**
 * Replies: status, headers and body of what was found (SPEC.md, sections 2, 8, 10 and 16).
 * Invariant: every reply has its caching headers, from one policy.
 */

import {
  canonicalJson,
  formatHeader,
  formatTags,
  GROUPS,
  INVALIDATION,
  parseTags,
  responseHeaders,
  TAG_FIELDS,
  type JsonMembers,
  type Target,
} from "@mizan/protocol";
import { AppError } from "./appError.js";
import type { Catalog, ServerFunction } from "./catalog.js";
import { Problem } from "./problem.js";
import type { Read } from "./reads.js";
import { FailedAfterEffects } from "./running.js";
import { purgeOf, tagsOf, viewTags } from "./slots.js";
import { ResultInvalid } from "./validate.js";

const INVALIDATE = "X-Mizan-Invalidate";
const SCHEMA = "X-Mizan-Schema";

/** One function of several failed: which, and how (MZ-ERR-004). */
export class FunctionFailed extends Error {
  override name = "FunctionFailed";

  constructor(
    readonly of: string,
    readonly error: unknown,
  ) {
    super(`${of} failed.`);
  }
}

/** The reply of a call: its result as JSON text, what it made stale, and slices of that. */
export async function callReply(
  catalog: Catalog,
  text: string,
  targets: readonly Target[],
  slices: readonly string[],
  added: Headers,
): Promise<Response> {
  const headers = new Headers(added);
  headers.set("Content-Type", "application/json");
  headers.set("Cache-Control", "no-store");
  headers.set(SCHEMA, await catalog.digest);
  if (targets.length === 0) return new Response(`{"result":${text}}`, { headers });
  await sayStale(catalog, headers, targets);
  const more = slices.length > 0 ? `"fresh":[${slices.join(",")}],` : "";
  const stale = canonicalJson(targets);
  return new Response(`{${more}"invalidate":${stale},"result":${text}}`, { headers });
}

/** Says what became stale: to Mizan's readers, and to the edge. */
async function sayStale(
  catalog: Catalog,
  headers: Headers,
  targets: readonly Target[],
): Promise<void> {
  headers.set("Cache-Control", "no-store");
  headers.set(INVALIDATE, formatHeader(targets));
  if (catalog.networks === null) return;
  headers.set(INVALIDATION, await purgeOf(catalog, targets, headers.get(INVALIDATION) ?? ""));
}

/** The reply of a read: the bundle, or 304 for an ETag that the client has. */
export async function contextReply(
  catalog: Catalog,
  found: Read,
  request: Request,
  added: Headers,
): Promise<Response> {
  const { bundle } = found;
  const headers = new Headers(added);
  for (const [name, value] of Object.entries(await caching(catalog, found, added))) {
    headers.set(name, value);
  }
  headers.set(SCHEMA, await catalog.digest);
  if (bundle.status !== "") headers.set("Cache-Status", bundle.status);
  const asked = request.headers.get("If-None-Match");
  if (asked !== null && hasTag(asked, headers.get("ETag"))) {
    return new Response(null, { status: 304, headers });
  }
  headers.set("Content-Type", "application/json");
  return new Response(bundle.body, { headers });
}

async function caching(
  catalog: Catalog,
  { context, identity, asked, bundle, isPost }: Read,
  added: Headers,
): Promise<Record<string, string>> {
  // An edge keys by URL alone: what varies by more must be asked for again each time.
  const networks = bundle.varied ? null : catalog.networks;
  return responseHeaders({
    kind: "context",
    cache: context.cache,
    userScoped: context.userScoped,
    anonymous: identity.sub === null,
    edge: networks !== null,
    canonical: asked.canonical,
    noStore: isPost || bundle.overlapped || [...added].length > 0,
    leaked: bundle.leaked && !context.userScoped,
    etag: bundle.etag,
    url: asked.url,
    tags: networks === null ? [] : await tagsOf(context, asked.params),
    networks: networks ?? [],
  });
}

/** Whether the field If-None-Match names the ETag, by weak comparison (RFC 9110, 13.1.2). */
function hasTag(field: string, etag: string | null): boolean {
  if (etag === null) return false;
  const tags = [...field.matchAll(/(?:W\/)?("[^"]*")/g)].map(([, tag]) => tag);
  return field.trim() === "*" || tags.includes(etag);
}

/**
 * The reply of a view function: its own response, with headers to add. An edge learns of which
 * instance a reading view shows data; who may keep that is the view's to say.
 */
export async function viewReply(
  catalog: Catalog,
  { context }: ServerFunction,
  args: JsonMembers,
  response: Response,
  targets: readonly Target[],
  added: Headers,
): Promise<Response> {
  const headers = new Headers(response.headers);
  for (const [name, value] of added) headers.append(name, value);
  if (targets.length > 0) await sayStale(catalog, headers, targets);
  else if (context === null) headers.set("Cache-Control", "no-store");
  else if (catalog.networks !== null) {
    addTags(headers, await viewTags(catalog, context, args), catalog.networks);
    if (headers.has("Set-Cookie")) headers.set("Cache-Control", "private, no-store");
  }
  if (headers.get("Cache-Control")?.includes("no-store") === true) {
    for (const name of TAG_FIELDS) headers.delete(name);
  }
  const { status, statusText } = response;
  return new Response(response.body, { status, statusText, headers });
}

/**
 * Adds the tags of what a view shows to those that it has (MZ-TAG-009). No edge keeps one with more
 * than it takes, or with some that cannot be read; what is private stays so.
 */
function addTags(headers: Headers, shown: readonly string[], networks: readonly string[]): void {
  if (shown.length === 0) return;
  try {
    const own = parseTags(headers.get(GROUPS) ?? "");
    const fields = formatTags([...own, ...shown], networks);
    for (const [name, value] of Object.entries(fields)) headers.set(name, value);
  } catch {
    for (const name of TAG_FIELDS) headers.delete(name);
    const kept = headers.get("Cache-Control") ?? "private, no-store";
    const isOwn = /private|no-store/i.test(kept);
    headers.set("Cache-Control", isOwn ? kept : "public, no-cache");
  }
}

/** The problem document of whatever was thrown. */
export async function problemReply(
  catalog: Catalog,
  request: Request,
  name: string | null,
  thrown: unknown,
): Promise<Response> {
  const failed = thrown instanceof FailedAfterEffects ? thrown : null;
  const error = failed === null ? thrown : failed.error;
  const stale = new Headers({ [SCHEMA]: await catalog.digest });
  if (failed !== null) await sayStale(catalog, stale, failed.targets);
  try {
    return responseOf(problemOf(catalog, request, name, error), stale);
  } catch (failure) {
    // A problem that a function threw has a status or headers that no reply may have.
    return responseOf(unexpected(catalog, request, failure), stale);
  }
}

function responseOf({ body, status, options }: Problem, own: Headers): Response {
  const headers = new Headers(options.headers);
  headers.set("Content-Type", "application/problem+json");
  headers.set("Cache-Control", "no-store");
  for (const [name, value] of own) headers.set(name, value);
  return new Response(body, { status, headers });
}

/** The problem for what was thrown; what is unexpected is reported and becomes a 500. */
function problemOf(
  catalog: Catalog,
  request: Request,
  name: string | null,
  thrown: unknown,
): Problem {
  const isOfOne = thrown instanceof FunctionFailed;
  const error = isOfOne ? thrown.error : thrown;
  const function_ = isOfOne ? thrown.of : name;
  const problem = knownProblem(catalog, function_, error) ?? unexpected(catalog, request, error);
  return isOfOne ? problem.of(thrown.of) : problem;
}

function knownProblem(catalog: Catalog, name: string | null, error: unknown): Problem | null {
  if (error instanceof Problem) return error;
  const declared = catalog.functions.get(name ?? "")?.errors ?? [];
  const found = declared.find(({ kind }) => error instanceof kind);
  if (!(error instanceof AppError) || found === undefined) return null;
  const { code, status, schema } = found.kind;
  if (schema === undefined) return new Problem(code, error.detail, { status });
  const { data = {} } = error as AppError;
  const issues = found.check(data);
  if (issues.length > 0) throw new ResultInvalid(code, issues);
  return new Problem(code, error.detail, { status, data });
}

function unexpected(catalog: Catalog, request: Request, error: unknown): Problem {
  const { debug = false, report = toConsole } = catalog.options;
  try {
    report(error, request);
  } catch (failure) {
    toConsole(failure);
  }
  return new Problem("internal", debug ? explained(error) : "");
}

/** What an error says, as text that JSON may have. */
function explained(error: unknown): string {
  const text = error instanceof Error ? String(error) : `a ${typeof error} was thrown`;
  return text.replace(/[\ud800-\udfff]/gu, "\ufffd");
}

function toConsole(error: unknown): void {
  console.error(error);
}

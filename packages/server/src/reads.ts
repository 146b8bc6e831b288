/**
 * A read: from the origin cache, or computed and stored there (SPEC.md, sections 6, 10 and 15).
 * Invariant: who asks is admitted before the cache is looked at; what a function saw of the request
 * that the key does not cover is never stored.
 */

import { coerce, etag, MizanError, type JsonMembers, type ParamValues } from "@mizan/protocol";
import { admit } from "./admit.js";
import { checkArguments, resultText } from "./arguments.js";
import type { MemoryCache, Slot } from "./cache.js";
import { Call, Witness } from "./call.js";
import type { Catalog, ReadContext, ServerFunction } from "./catalog.js";
import type { Asker, Identity } from "./identity.js";
import { checkMethod, readParams, type Asked, type Incoming } from "./incoming.js";
import { look, type Look } from "./lookup.js";
import { boundValues } from "./mutation.js";
import { within } from "./running.js";
import { slotOf } from "./slots.js";
import { FunctionFailed } from "./reply.js";
import { ResultInvalid } from "./validate.js";
import { readableContext } from "./find.js";

/** The results of a context as the bytes that go out, and their ETag. */
export interface Bundle {
  readonly body: Uint8Array<ArrayBuffer>;
  readonly etag: string;
  /** Whether they vary by facets. */
  readonly varied: boolean;
  /** Whether they may vary by more of the request. */
  readonly leaked: boolean;
  /** Whether a mutation may have made them stale meanwhile. */
  readonly overlapped: boolean;
  /** What the cache did (RFC 9211); empty where there is none. */
  readonly status: string;
}

/** What a read found: for whom, for what, and the bundle. */
export interface Read {
  readonly context: ReadContext;
  readonly identity: Identity;
  readonly asked: Asked;
  /** Whether it was asked for by POST, whose replies nobody keeps. */
  readonly isPost: boolean;
  readonly bundle: Bundle;
}

/** Whoever asks, and how functions see that. */
export interface Visit {
  readonly asker: Asker;
  readonly call: Call;
}

/** What a request finds of `ctx/NAME/`. Rejects with a Problem, and what functions throw. */
export async function read(
  catalog: Catalog,
  incoming: Incoming,
  visit: Visit,
  name: string,
): Promise<Read> {
  checkMethod(incoming, ["GET", "HEAD", "POST"]);
  const context = readableContext(catalog, name);
  const asked = await readParams(catalog, incoming, context);
  const { asker, call } = visit;
  const identify = context.userScoped;
  const identity = await admit(catalog, asker, call, context.functions, { identify });
  const whole = await bind(catalog, context, asked, call);
  const isPost = incoming.method === "POST";
  const bundle = await bundleOf(catalog, visit, context, identity, whole.params, !isPost);
  return { context, identity, asked: whole, isPost, bundle };
}

/** What is asked for, with the parameters that the request gives by itself. */
export async function bind(
  catalog: Catalog,
  context: ReadContext,
  asked: Asked,
  call: Call,
): Promise<Asked> {
  const names = [...context.bound.keys()];
  const found = await boundValues(catalog, new Map([[context.name, names]]), call);
  const params = { ...asked.params };
  for (const [name, value] of Object.entries(found.get(context.name) ?? {})) {
    const type = context.bound.get(name);
    try {
      if (type !== undefined) params[name] = coerce(value, type) ?? "";
    } catch (error) {
      // What the server takes from the request is the server's own fault.
      const detail = error instanceof MizanError ? error.message : String(error);
      throw new ResultInvalid(context.name, [{ pointer: `/${name}`, code: "type", detail }]);
    }
  }
  return { ...asked, params };
}

/** The bundle of an instance for who is admitted, from the cache or computed. */
export async function bundleOf(
  catalog: Catalog,
  visit: Visit,
  context: ReadContext,
  identity: Identity,
  params: ParamValues,
  isStored: boolean,
): Promise<Bundle> {
  const { cache } = catalog;
  const isAnonymous = context.userScoped && identity.sub === null;
  const compute = (): Promise<Bundle> => computed(catalog, visit.call, context, params);
  if (cache === null || !isStored || context.cache === false || isAnonymous) return compute();
  const who =
    context.userScoped && identity.sub !== null
      ? { user: identity.sub, pkey: await visit.asker.permissionKey(identity) }
      : null;
  const facets = Object.entries(catalog.options.vary ?? {}).map(
    ([name, facet]): [string, string] => [name, facet(visit.asker.request)],
  );
  const slot = await slotOf(catalog, context, params, who, Object.fromEntries(facets));
  return cached(cache, slot, context, compute);
}

/** What `Cache-Status` says where nothing was stored. */
const STATUS: Readonly<Record<Look["state"], string>> = {
  hit: "mizan; hit",
  miss: "mizan; fwd=miss",
  alone: "mizan; fwd=miss",
  busy: "mizan; fwd=miss; detail=busy",
  held: "mizan; fwd=bypass; detail=held",
};

async function cached(
  cache: MemoryCache,
  slot: Slot,
  context: ReadContext,
  compute: () => Promise<Bundle>,
): Promise<Bundle> {
  const found = await look(cache, slot);
  const status = STATUS[found.state];
  if (found.state === "hit") {
    return { ...found.kept, leaked: false, overlapped: false, status };
  }
  if (found.state !== "miss") {
    const bundle = await compute();
    return { ...bundle, status, overlapped: bundle.overlapped || found.state === "held" };
  }
  let bundle: Bundle;
  try {
    bundle = await compute();
  } catch (error) {
    cache.abandon(slot, found, false);
    throw error;
  }
  const { body, etag: tag, varied, leaked, overlapped } = bundle;
  if (leaked || overlapped || body.length > cache.limits.maxEntryBytes) {
    cache.abandon(slot, found, true);
    return { ...bundle, status };
  }
  const ttl = context.cache === true ? cache.limits.ttl : Number(context.cache);
  const stands = cache.store(slot, found, { body, etag: tag, varied }, ttl);
  if (!stands) return { ...bundle, status, overlapped: true };
  return { ...bundle, status: "mizan; fwd=miss; stored" };
}

/** Runs the functions of a context. */
async function computed(
  catalog: Catalog,
  call: Call,
  context: ReadContext,
  params: ParamValues,
): Promise<Bundle> {
  const witness = new Witness(context.userScoped, catalog.options.debug === true);
  const watched = call.watched(witness);
  const results = await Promise.all(
    context.functions.map((each) => runReading(catalog, each, watched, params)),
  );
  const body = new TextEncoder().encode(`{${results.join(",")}}`);
  return {
    body,
    etag: await etag(body),
    varied: witness.varied,
    leaked: witness.leaked,
    overlapped: false,
    status: "",
  };
}

/** The member of a bundle that a function gives. */
async function runReading(
  catalog: Catalog,
  each: ServerFunction,
  call: Call,
  params: ParamValues,
): Promise<string> {
  const known = Object.entries(params).filter(([name]) => each.arguments.includes(name));
  // A copy, for a function may change a list that it is given.
  const args = structuredClone(Object.fromEntries(known)) as JsonMembers;
  try {
    checkArguments(each, args);
    const run = { catalog, call, collector: null, transaction: null };
    const result = await within(run, () => each.handler(args, call));
    return `"${each.name}":${resultText(each, result)}`;
  } catch (error) {
    throw new FunctionFailed(each.name, error);
  }
}

/**
 * An edge: a cache before a Mizan server (SPEC.md, sections 7 to 13).
 * Invariant: a read that begins after a mutation's reply was passed on never gets what that made
 * stale, and nobody gets what is another's.
 */

import { Doubts } from "./doubts.js";
import { towardsClient } from "./fields.js";
import { askingOf, ownKeys, type Asking } from "./identity.js";
import { keeperOf, type Keeper } from "./keeper.js";
import { settle, type EdgeOptions, type Setup } from "./options.js";
import { ask, OriginError, send, type Asked } from "./origin.js";
import { problem } from "./problem.js";
import { purgeByRequest } from "./purging.js";
import { Purges } from "./purges.js";
import { Reader, type Read } from "./read.js";
import { failure, withHeaders, withStatus } from "./reply.js";
import { staleBy } from "./stale.js";
import { normalUrl } from "./url.js";

/** What a Request may not say as it came: a method that it refuses. */
export interface Wire {
  readonly method?: string;
}

/** Answers a request. Never rejects. */
export type Edge = (request: Request, wire?: Wire) => Promise<Response>;

interface Parts {
  readonly setup: Setup;
  readonly keeper: Keeper;
  readonly doubts: Doubts;
  readonly reader: Reader;
  readonly keyOf: Awaited<ReturnType<typeof ownKeys>>;
}

const READS = new Set(["GET", "HEAD"]);
const SAFE = new Set([...READS, "OPTIONS"]);
const REFUSED = new Set(["CONNECT", "TRACE", "TRACK"]);
const PURGES = new Set(["PURGE", "BAN"]);

/**
 * Makes an edge.
 *
 * @throws OptionError, SecretError or WireError for options that are wrong
 */
export function createEdge(options: EdgeOptions): Edge {
  const setup = settle(options);
  const parts = assemble(setup);
  return async (request, { method = request.method } = {}) => {
    try {
      return await answer(await parts, { request, method, url: urlOf(setup, request) });
    } catch (error) {
      if (error instanceof OriginError) return failure(error.status);
      setup.report(error);
      return problem("internal", 500, "The edge failed.");
    }
  };
}

/** What a client asked for: the server in front knows by which protocol. */
function urlOf({ behindProxy }: Setup, { url, headers }: Request): URL {
  const normal = normalUrl(url);
  const said = behindProxy ? headers.get("X-Forwarded-Proto") : null;
  if (said === "https" || said === "http") normal.protocol = said;
  return normal;
}

async function assemble(setup: Setup): Promise<Parts> {
  const purges = new Purges();
  const keeper = await keeperOf(setup, purges);
  const reader = new Reader(setup, purges, keeper);
  const doubts = new Doubts(setup, keeper);
  return { setup, keeper, doubts, reader, keyOf: await ownKeys(setup) };
}

async function answer(parts: Parts, asked: Asked): Promise<Response> {
  const { method, request } = asked;
  if (REFUSED.has(method)) return refusal(method);
  if (PURGES.has(method)) return purgeByRequest(parts.setup, parts.keeper, asked);
  const asking = await askingOf(parts.setup, request.headers);
  if (!SAFE.has(method)) return write(parts, asked, asking);
  const isPassed = !READS.has(method) || request.headers.has("Range") || asking === "unproven";
  if (isPassed) return pass(parts.setup, asked);
  return parts.reader.read(await readOf(parts, asked, asking));
}

function refusal(method: string): Response {
  const allow = { Allow: "GET, HEAD, OPTIONS, POST, PUT, PATCH, DELETE" };
  return problem("method_not_allowed", 405, `${method} is not answered here.`, allow);
}

async function readOf({ setup, keyOf }: Parts, asked: Asked, asking: Asking): Promise<Read> {
  const user = typeof asking === "string" ? null : asking;
  const shared = asked.url.href;
  const isPublic = isPublicContext(setup, asked.url);
  const own = user === null || keyOf === null || isPublic ? null : await keyOf(user, shared);
  return { ...asked, user, keys: { shared, own } };
}

/** Whether the manifest says that what is there is the same for all. */
function isPublicContext({ manifest }: Setup, { href, pathname }: URL): boolean {
  return Object.values(manifest.contexts).some(
    ({ endpoint, user_scoped }) =>
      !user_scoped && (endpoint === pathname || href.split("?", 1)[0] === endpoint),
  );
}

/** Passes a request and its reply on; neither is kept. */
async function pass(setup: Setup, asked: Asked): Promise<Response> {
  const { signal } = asked.request;
  const response = await ask(setup, asked, (reply) => reply, { signal });
  return passOn(setup, response, "fwd=bypass");
}

function passOn(setup: Setup, response: Response, said: string): Response {
  const headers = withStatus(towardsClient(response.headers, setup.keepTags), said);
  return withHeaders(response, headers);
}

/** Passes an unsafe request on, and purges what it made stale before its reply is seen. */
function write({ setup, keeper, doubts }: Parts, asked: Asked, asking: Asking): Promise<Response> {
  const user = typeof asking === "string" ? null : asking;
  return new Promise((resolve, reject) => {
    let isLate = false;
    const fail = async (error: Error): Promise<void> => {
      await doubts.raise(error).catch(setup.report);
      reject(error);
    };
    const late = (error: OriginError): void => {
      isLate = true; // for the client alone: its reply still purges
      setup.waitUntil(fail(error));
    };
    const purge = async (response: Response): Promise<void> => {
      await keeper.purge(await staleBy(setup, asked.url, response, user));
      if (isLate) await response.body?.cancel();
      else resolve(passOn(setup, response, `fwd=method; fwd-status=${response.status}`));
    };
    // It goes on without the client, who may leave before he is told what it made stale.
    setup.waitUntil(send(setup, asked, late).then(purge).catch(fail));
  });
}

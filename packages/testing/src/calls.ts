/**
 * Calls (SPEC.md, sections 2, 7 and 14).
 * Invariant: `invalidate` is complete whatever becomes of `fresh`.
 */

import {
  canonicalJson,
  canonicalSet,
  effectiveParams,
  formatHeader,
  matches,
  parseHeld,
  type Instance,
  type Target,
} from "@mizan/protocol";
import type { Slice, Target as LooseTarget } from "@mizan/runtime";
import { HttpResponse } from "msw";
import { isProblem, Problem } from "./problem.js";
import { run, toJson, type FunctionSchema, type JsonSchema, type Server } from "./reads.js";

export interface Call {
  readonly function: string;
  readonly args: Readonly<Record<string, unknown>>;
}

/** What is called. Throws Problem. */
export async function readCall(server: Server, request: Request): Promise<Call> {
  const isForm = request.headers.get("Content-Type")?.startsWith("multipart/form-data");
  const form = isForm ? await request.formData() : undefined;
  const text = form ? form.get("call") : await request.text();
  const call = parse(text);
  if (!form) return call;
  return { ...call, args: { ...call.args, ...filesOf(form, inputOf(server, call.function)) } };
}

function parse(text: unknown): Call {
  try {
    const { function: name, args = {} } = JSON.parse(String(text)) as Partial<Call>;
    if (typeof name === "string" && typeof args === "object") return { function: name, args };
  } catch {
    // Said below.
  }
  throw new Problem("malformed", { detail: 'Expected {"function": name, "args": {…}}.' });
}

/** The JSON Schema of a function's arguments. */
function inputOf({ functions, definitions }: Server, name: string): JsonSchema {
  const { $ref, ...input } = functions[name]?.input ?? {};
  return definitions[$ref?.slice("#/$defs/".length) ?? ""] ?? input;
}

/** The files by the names of their arguments; where several are taken, an array. */
function filesOf(form: FormData, { properties = {} }: JsonSchema): Record<string, unknown> {
  const names = new Set([...form.keys()].filter((name) => name !== "call"));
  const isList = (name: string): boolean => {
    const { anyOf = [], type } = properties[name] ?? {};
    return [type, ...anyOf.map((each) => each.type)].includes("array");
  };
  return Object.fromEntries(
    [...names].map((name) => [name, isList(name) ? form.getAll(name) : form.get(name)]),
  );
}

/** The reply to a call. Throws Problem. */
export async function reply(
  server: Server,
  { function: name, args }: Call,
  request: Request,
): Promise<Response> {
  const { kind, errors = {} } = server.functions[name] ?? {};
  if (kind === undefined || kind === "read") {
    throw new Problem("not_found", { detail: `There is no function ${name} to be called.` });
  }
  const answer = server.calls.get(name);
  if (!answer) {
    const detail = `The test gives no answer for the function ${name}: add onCall(…).`;
    throw new Problem("not_found", { detail });
  }
  const result = await answer
    .run(args)
    .then(toJson)
    .catch((thrown: unknown) => {
      throw withStatus(thrown, errors);
    });
  const invalidate = canonicalSet(answer.targets(args).map(targetOf));
  const fresh = await freshOf(server, invalidate, request.headers.get("X-Mizan-Held") ?? "");
  server.events.tell(invalidate, request.headers.get("X-Mizan-Call"));
  const body = {
    result,
    ...(invalidate.length > 0 && { invalidate }),
    ...(fresh.length > 0 && { fresh }),
  };
  const headers = {
    "Content-Type": "application/json",
    "Cache-Control": "no-store",
    ...(invalidate.length > 0 && { "X-Mizan-Invalidate": formatHeader(invalidate) }),
  };
  return new HttpResponse(canonicalJson(toJson(body)), { headers });
}

/** What was thrown; a problem with the status that the function declares for its code. */
function withStatus(thrown: unknown, errors: NonNullable<FunctionSchema["errors"]>): unknown {
  if (!isProblem(thrown)) return thrown;
  const { code, options } = thrown;
  const status = errors[code]?.status;
  return status === undefined ? thrown : new Problem(code, { status, ...options });
}

/** A target as a writer has it: without parameters that are absent. */
export function targetOf(target: LooseTarget): Target {
  if (typeof target === "string") return target;
  const params = Object.entries(target.params ?? {}).filter(([, value]) => value != null);
  return { ...target, params: Object.fromEntries(params) } as Target;
}

/** The data of held instances that are stale now; what fails is left out. */
async function freshOf(
  server: Server,
  invalidate: readonly Target[],
  field: string,
): Promise<Slice[]> {
  const slices: Slice[] = [];
  for (const instance of heldOf(field)) {
    if (!invalidate.some((target) => matches(target, instance))) continue;
    const slice = await sliceOf(server, instance).catch(() => undefined);
    if (slice) slices.push(slice);
  }
  return slices;
}

/** The instances of a field; a server ignores one that it cannot read. */
function heldOf(field: string): readonly Instance[] {
  try {
    return parseHeld(field);
  } catch {
    return [];
  }
}

async function sliceOf(server: Server, { context, params: given }: Instance): Promise<Slice> {
  const params = effectiveParams(server.contexts[context]?.parameters ?? [], given);
  return { context, params, data: await run(server, context, params) };
}

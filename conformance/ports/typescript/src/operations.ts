/** The operations of SPEC.md, annex C, each a thin call of the core. */

import * as core from "@mizan/protocol";
import type * as types from "@mizan/protocol";
import { untag } from "./tagged.js";
import { validate } from "./validate.js";

/** An operation: input in, output out; what it throws is the refusal. */
export type Operation = (input: never) => object | Promise<object>;

type Text = string | Uint8Array;

interface ContextInput {
  readonly base_url: string;
  readonly context: string;
  readonly parameters: types.Parameter[];
}

interface PolicyInput extends Omit<types.ResponseFacts, "userScoped" | "noStore" | "etag"> {
  readonly user_scoped: boolean;
  readonly no_store: boolean;
  readonly body: string;
}

interface VerifyInput {
  readonly token: string;
  readonly keys: types.Jwk[];
  readonly algs: string[];
  readonly audience: string;
  readonly now: number;
  readonly leeway?: number;
  readonly max_lifetime?: number;
}

interface MutationInput {
  readonly declarations: types.Declarations;
  readonly function: string;
  readonly args: types.Values;
  readonly bound: types.Values;
  readonly added?: types.Target[];
}

function readKey(jwk: types.Jwk): core.Key {
  return core.Key.fromJwk(jwk);
}

function fromHex(hex: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(hex.match(/../g) ?? [], (byte) => parseInt(byte, 16));
}

/** Sections 5, annex C.2. */
const VALUES = {
  decode: ({ text, limit }: { text: unknown; limit?: number }) => ({
    value: core.decode(untag(text) as Text, limit),
  }),
  jcs: ({ value }: { value: unknown }) => ({ text: core.canonicalJson(untag(value)) }),
  canonical: ({ value }: { value: unknown }) => ({ text: core.canonicalString(untag(value)) }),
  coerce: (input: { type: types.ParameterType; nullable?: boolean; value: unknown }) => {
    const value = core.coerce(untag(input.value), input.type, input.nullable);
    return value === null ? { value } : { value, text: core.canonicalString(value) };
  },
};

/** Sections 6 to 9, annex C.3. */
const TARGETS = {
  "targets.canonical": ({ targets }: { targets: types.Target[] }) => ({
    targets: core.canonicalSet(targets),
  }),
  "targets.matches": (input: { target: types.Target; instance: types.Instance }) => ({
    matches: core.matches(input.target, input.instance),
  }),
  "events.visible": (input: { targets: types.Target[]; held: types.Held[] }) => ({
    targets: core.visible(input.targets, input.held),
  }),
  "guards.instance": async (input: { instance: types.Instance; scope_params: string[] }) => {
    const guards = core.instanceGuards(input.instance, input.scope_params);
    return { guards, tags: await Promise.all(guards.map(core.tag)) };
  },
  "guards.target": async (input: { target: types.Target; scope_params: string[] }) => {
    const guard = core.targetGuard(input.target, input.scope_params);
    return { guard, tag: await core.tag(guard) };
  },
  "header.parse": ({ field }: { field: unknown }) => ({
    targets: core.parseHeader(untag(field) as Text),
  }),
  "header.format": ({ targets, limit }: { targets: types.Target[]; limit?: number }) => ({
    field: core.formatHeader(targets, limit),
  }),
  "held.parse": ({ field }: { field: unknown }) => ({
    instances: core.parseHeld(untag(field) as Text),
  }),
  "held.format": ({ instances }: { instances: types.Instance[] }) => ({
    field: core.formatHeld(instances),
  }),
  "tags.parse": ({ field }: { field: unknown }) => ({ tags: core.parseTags(untag(field) as Text) }),
  "tags.format": async (input: { guards: types.Guard[]; networks?: string[] }) => ({
    headers: core.formatTags(await Promise.all(input.guards.map(core.tag)), input.networks),
  }),
  "tags.purge": async ({ guards }: { guards: types.Guard[] }) => ({
    field: await core.formatPurge(guards),
  }),
  "url.build": (input: ContextInput & { args: types.Values }) =>
    core.buildRequest(input.base_url, input.context, input.parameters, input.args),
  "url.parse": (input: ContextInput & { query: unknown }) =>
    core.parseQuery(input.base_url, input.context, input.parameters, untag(input.query) as Text),
};

/** Sections 10, 11 and 13, annex C.4. */
const SECRETS = {
  "key.derive": async ({ secret, input }: { secret: string; input: types.CacheKeyInput }) => ({
    key: await core.deriveCacheKey(fromHex(secret), input),
  }),
  pkey: async (input: { secret: string; perms: string[]; staff: boolean; superuser: boolean }) => ({
    pkey: await core.permissionKey(
      fromHex(input.secret),
      input.perms,
      input.staff,
      input.superuser,
    ),
  }),
  "token.sign": async ({ keys, claims }: { keys: types.Jwk[]; claims: types.Claims }) => ({
    token: await core.signToken(claims, keys.map(readKey)),
  }),
  "token.verify": async ({ token, keys, max_lifetime, ...rest }: VerifyInput) => {
    const lifetime = max_lifetime === undefined ? {} : { maxLifetime: max_lifetime };
    const options = { ...rest, ...lifetime };
    return { claims: await core.verifyToken(token, keys.map(readKey), options) };
  },
  "policy.effective": ({ functions }: { functions: { rev?: number; cache?: types.Cache }[] }) =>
    core.effectivePolicy(functions),
  "policy.headers": async ({ user_scoped, no_store, body, ...rest }: PolicyInput) => {
    const etag = await core.etag(body);
    const facts = { ...rest, userScoped: user_scoped, noStore: no_store, etag };
    return { headers: core.responseHeaders(facts) };
  },
};

/** Section 12, annex C.5. */
const DOCUMENTS = {
  "mutation.targets": (input: MutationInput) => {
    const { args, bound } = input;
    const added = core.canonicalSet(input.added ?? []);
    const catalog = core.readDeclarations(input.declarations);
    return { targets: core.mutationTargets(catalog, input.function, args, bound, added) };
  },
  "manifest.build": ({ declarations }: { declarations: types.Declarations }) => ({
    manifest: core.buildManifest(core.readDeclarations(declarations)),
  }),
  "edge.resolve": (input: { manifest: types.Manifest; targets?: types.Target[]; field: string }) =>
    core.resolve(input.manifest, input.targets ?? input.field),
  validate: ({ kind, document }: { kind: string; document: unknown }) => validate(kind, document),
};

/** Every operation by its name. */
export const OPERATIONS: ReadonlyMap<string, Operation> = new Map(
  Object.entries<Operation>({ ...VALUES, ...TARGETS, ...SECRETS, ...DOCUMENTS }),
);

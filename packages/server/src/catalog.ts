/**
 * The catalog: everything declared, checked and compiled (SPEC.md, section 12).
 * Invariant: immutable; the manifest, the client schema and the dispatcher are made from it alone,
 * so they cannot disagree.
 */

import {
  buildManifest,
  canonicalJson,
  effectivePolicy,
  readDeclarations,
  type Cache,
  type Catalog as Protocol,
  type CatalogContext,
  type ClientSchema,
  type Effect,
  type JsonMembers,
  type Manifest,
  type Method,
  type Network,
  type ParameterType,
} from "@mizan/protocol";
import type { AppErrorClass } from "./appError.js";
import { MemoryCache } from "./cache.js";
import { clientSchema, contextDigest } from "./clientSchema.js";
import type { Context } from "./context.js";
import type { AnyFunction, ClientOptions, Handler } from "./declare.js";
import { digest } from "./digest.js";
import { declarationsOf } from "./document.js";
import type { Identification } from "./identity.js";
import { MWT_DEFINITIONS, mwtObtain } from "./mwtObtain.js";
import type { AppOptions } from "./options.js";
import { identificationOf, networksOf } from "./options.js";
import type { Issue } from "./problem.js";
import { follow, membersOf, type JsonSchema, type Schemas } from "./schema.js";
import { targetsOf, type DeclaredTargets } from "./targets.js";

const NOTHING: JsonSchema = { type: "object", properties: {}, additionalProperties: false };

type Validate = (value: unknown) => readonly Issue[];

/** An error that a function declares, and what is wrong with the data of one. */
export interface DeclaredError {
  readonly kind: AppErrorClass;
  readonly check: Validate;
}

/** A function as the dispatcher needs it. */
export interface ServerFunction {
  readonly name: string;
  readonly options: ClientOptions;
  readonly handler: Handler<JsonMembers, unknown>;
  readonly isView: boolean;
  readonly isGuarded: boolean;
  readonly isAtomic: boolean;
  readonly context: string | null;
  readonly methods: readonly Method[];
  readonly errors: readonly DeclaredError[];
  readonly effects: readonly Effect[];
  /** What a call makes stale by declaration. */
  readonly declared: DeclaredTargets;
  readonly input: JsonSchema;
  readonly output: JsonSchema;
  /** The names of its arguments, and their schemas. */
  readonly arguments: readonly string[];
  readonly members: Readonly<Record<string, JsonSchema>>;
  readonly checkInput: Validate;
  readonly checkOutput: Validate;
}

/** A context as the dispatcher needs it. `functions` are those that return data, by name. */
export interface ReadContext {
  readonly name: string;
  readonly declared: Context | null;
  readonly functions: readonly ServerFunction[];
  readonly parameters: CatalogContext["parameters"];
  readonly bound: ReadonlyMap<string, ParameterType>;
  readonly scopeParams: readonly string[];
  readonly userScoped: boolean;
  readonly rev: number;
  readonly cache: Cache;
  readonly description: string | undefined;
}

/** Everything declared. */
export class Catalog {
  readonly protocol: Protocol;
  readonly functions: ReadonlyMap<string, ServerFunction>;
  readonly contexts: ReadonlyMap<string, ReadContext>;
  readonly manifest: Manifest;
  readonly clientSchema: ClientSchema;
  readonly identification: Identification;
  /** Schemas that others refer to. */
  readonly definitions: Schemas;
  readonly cache: MemoryCache | null;
  /** The networks that the edge is told tags for; null where none is purged. */
  readonly networks: readonly Network[] | null;
  /** The secret of the keys of entries: they are this process's own. */
  readonly cacheSecret = crypto.getRandomValues(new Uint8Array(32));
  readonly #digests = new Map<string, Promise<string>>();

  /** @throws DeclarationError, and what the validator throws for a schema that is none */
  constructor(readonly options: AppOptions) {
    this.identification = identificationOf(options);
    this.networks = networksOf(options);
    const hasTokens = this.identification.tokens !== null;
    const declared = [...options.functions, ...(hasTokens ? [mwtObtain(this.identification)] : [])];
    this.definitions = { ...options.definitions, ...(hasTokens && MWT_DEFINITIONS) };
    const { document, contexts } = declarationsOf(declared, options, this.definitions);
    this.protocol = readDeclarations(document);
    this.functions = new Map(
      declared.map((each) => [each.options.name, this.compile(each, this.protocol)]),
    );
    this.contexts = new Map(
      [...this.protocol.contexts].map(([name, each]) => [
        name,
        this.readContext(name, each, contexts.get(name) ?? null),
      ]),
    );
    this.manifest = buildManifest(this.protocol);
    this.clientSchema = clientSchema(
      this.protocol,
      [...this.functions.values()],
      [...this.contexts.values()],
      this.definitions,
    );
    canonicalJson(this.clientSchema); // what has no text cannot be sent
    this.cache = options.cache === false ? null : new MemoryCache(options.cache);
  }

  private compile(declared: AnyFunction, protocol: Protocol): ServerFunction {
    const { options, handler } = declared;
    const { name, input = NOTHING, output = {}, affects, errors = [], route } = options;
    const known = protocol.functions.get(name);
    const document = known?.declaration;
    const $defs = this.definitions;
    const members = membersOf(follow(input, $defs));
    const check = (schema: JsonSchema): Validate => this.options.validator({ ...schema, $defs });
    return {
      name,
      options,
      handler: handler as Handler<JsonMembers, unknown>,
      isView: route !== undefined,
      isGuarded: document?.guarded === true,
      isAtomic: options.atomic ?? affects !== undefined,
      context: document?.context ?? null,
      methods: document?.methods ?? ["POST"],
      errors: errors.map((kind) => ({ kind, check: check(kind.schema ?? {}) })),
      effects: known?.effects ?? [],
      declared: targetsOf(protocol, name),
      input,
      output,
      members,
      arguments: Object.keys(members),
      checkInput: check(input),
      checkOutput: check(output),
    };
  }

  private readContext(
    name: string,
    { parameters, bound, scope, userScoped, functions: readers }: CatalogContext,
    declared: Context | null,
  ): ReadContext {
    const functions = [...this.functions.values()]
      .filter(({ context, isView }) => context === name && !isView)
      .sort((a, b) => (a.name < b.name ? -1 : 1));
    return {
      name,
      declared,
      functions,
      parameters,
      bound,
      scopeParams: [...scope.keys()],
      userScoped,
      ...effectivePolicy(readers),
      description: declared?.options.description,
    };
  }

  /** The digest of the client schema (MZ-CLI-002). */
  get digest(): Promise<string> {
    return this.remember("", () => digest(this.clientSchema));
  }

  /** The digest of one context's part of the client schema. */
  contextDigest(name: string): Promise<string> {
    return this.remember(name, () => contextDigest(this.clientSchema, name));
  }

  private remember(name: string, make: () => Promise<string>): Promise<string> {
    const known = this.#digests.get(name) ?? make();
    this.#digests.set(name, known);
    return known;
  }
}

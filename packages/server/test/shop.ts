/** A small shop, and what asks it. */

import type { Jwk, Target } from "@mizan/protocol";
import { ajvValidator } from "../src/ajv.js";
import {
  App,
  appError,
  client,
  Context,
  cookieOf,
  createApp,
  createHandler,
  invalidate,
  Problem,
  type AppOptions,
  type ClientFunction,
  type RequestHandler,
  type User,
} from "../src/index.js";

export const validator = ajvValidator();

/** The schema of arguments that are all required. */
export function args(
  properties: Record<string, object>,
  required = Object.keys(properties),
): Record<string, unknown> {
  return { type: "object", properties, required, additionalProperties: false };
}

export const integer = { type: "integer" };
export const text = { type: "string" };

export const user = new Context("user", { description: "One user." });
export const stock = new Context("stock");

export const SoldOut = appError<{ left: number }>({
  code: "app.sold_out",
  schema: args({ left: integer }),
  description: "There is less than that.",
});

export const KEYS: readonly Jwk[] = [
  {
    kty: "oct",
    kid: "test",
    alg: "HS256",
    k: "cHVibGljIHRlc3Qga2V5IG51bWJlciBvbmUsIG5vIHNlY3JldA",
  },
];
export const TOKENS = {
  keys: KEYS,
  audience: "shop",
  pkeySecret: "a test secret of permission keys: 32",
};

/** What happened, for tests to look at. */
export interface World {
  names: Map<number, string>;
  left: number;
  runs: string[];
  logins: Map<string, User>;
}

export function world(): World {
  return { names: new Map([[5, "Ada"]]), left: 3, runs: [], logins: new Map() };
}

export interface UserOf {
  readonly user_id: number;
}

/** The functions of the shop. */
export function functionsOf(state: World) {
  const userProfile: ClientFunction<UserOf, { id: number; name: string }> = client(
    {
      name: "user_profile",
      context: user,
      userScoped: false,
      input: args({ user_id: integer }),
      output: args({ id: integer, name: text }),
    },
    ({ user_id }: UserOf) => {
      state.runs.push("user_profile");
      const name = state.names.get(user_id);
      if (name === undefined) throw new Problem("not_found", `There is no user ${user_id}.`);
      return { id: user_id, name };
    },
  );
  const updateName = client(
    {
      name: "update_name",
      affects: user,
      description: "Changes a name.",
      input: args({ user_id: integer, name: text }),
      output: text,
    },
    ({ user_id, name }: UserOf & { name: string }) => {
      state.names.set(user_id, name);
      return name;
    },
  );
  const take = client(
    {
      name: "take",
      affects: [stock],
      errors: [SoldOut],
      input: args({ pieces: { type: "integer", minimum: 1 } }),
      output: integer,
    },
    ({ pieces }: { pieces: number }) => {
      if (pieces > state.left) throw new SoldOut("Take less.", { left: state.left });
      state.left -= pieces;
      return state.left;
    },
  );
  const pieces = client(
    { name: "pieces", context: stock, cache: 60, input: args({}), output: integer },
    () => {
      state.runs.push("pieces");
      return state.left;
    },
  );
  const both = client(
    { name: "both", affects: stock, input: args({ user_id: integer }), output: text },
    async ({ user_id }: UserOf) => {
      const name = await updateName({ user_id, name: "Both" });
      invalidate(userProfile, { user_id: 8 });
      return name;
    },
  );
  const secret = client(
    { name: "secret", private: true, affects: "stock", input: args({}), output: integer },
    () => 42,
  );
  return { userProfile, updateName, take, pieces, both, secret };
}

/** An app with a handler, and what asks it. */
export interface Shop {
  readonly app: App;
  readonly handler: RequestHandler;
  readonly get: (path: string, headers?: Record<string, string>) => Promise<Response>;
  readonly call: (
    name: string,
    given?: object,
    headers?: Record<string, string>,
  ) => Promise<Response>;
}

export const ORIGIN = "http://shop.example";

export function serve(options: Omit<AppOptions, "validator">): Shop {
  const app = createApp({ validator, report: () => undefined, ...options });
  const handler = createHandler(app);
  return {
    app,
    handler,
    get: (path, headers = {}) => handler(new Request(ORIGIN + path, { headers })),
    call: (name, given = {}, headers = {}) =>
      handler(
        new Request(`${ORIGIN}/mizan/call/`, {
          method: "POST",
          headers: { "Content-Type": "application/json", ...headers },
          body: JSON.stringify({ function: name, args: given }),
        }),
      ),
  };
}

/** The shop with its functions. */
export function shop(options: Partial<AppOptions> = {}, state = world()) {
  const functions = functionsOf(state);
  const served = serve({
    functions: Object.values(functions),
    session: (request) => state.logins.get(cookieOf(request, "session") ?? "") ?? null,
    ...options,
  });
  return { ...served, functions, state };
}

export interface CallBody {
  readonly result: unknown;
  readonly invalidate?: Target[];
  readonly fresh?: readonly { context: string; params: object; data: object }[];
}

export async function body(response: Response | Promise<Response>): Promise<CallBody> {
  return (await (await response).json()) as CallBody;
}

export interface ProblemBody {
  readonly status: number;
  readonly code: string;
  readonly detail?: string;
  readonly function?: string;
  readonly errors?: readonly { pointer: string; code: string; detail: string }[];
  readonly data?: object;
}

export async function problem(response: Response | Promise<Response>): Promise<ProblemBody> {
  return (await (await response).json()) as ProblemBody;
}

/** A promise that a test resolves. */
export function gate() {
  let open: () => void = () => undefined;
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { open, opened };
}

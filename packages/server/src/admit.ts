/**
 * Who may run a function: authentication, CSRF, permissions (SPEC.md, MZ-POL-008 and section 13).
 * Invariant: this runs on every request, before any cache and any 304.
 */

import type { Call } from "./call.js";
import type { Catalog, ServerFunction } from "./catalog.js";
import { checkCsrf } from "./csrf.js";
import { ANONYMOUS, hasPermission, type Asker, type Identity } from "./identity.js";
import { CHALLENGE, Problem } from "./problem.js";

export interface Demands {
  /** Whether it may change something, so that it has to be protected against forgery. */
  readonly unsafe?: boolean;
  /** Whether to say who asks even if no function is guarded. */
  readonly identify?: boolean;
}

/** Who asks, if they may run all the functions. Rejects with a Problem (401, 403). */
export async function admit(
  catalog: Catalog,
  asker: Asker,
  call: Call,
  functions: readonly ServerFunction[],
  { unsafe = false, identify = false }: Demands,
): Promise<Identity> {
  const token = await asker.token();
  if (token === null && unsafe) checkCsrf(asker.request, catalog.options.csrf ?? {});
  const needed = identify || functions.some(({ isGuarded }) => isGuarded);
  if (!needed && !(token !== null && asker.request.headers.has("Cookie"))) {
    return token ?? ANONYMOUS;
  }
  const identity = await asker.identity();
  await checkAll(call, functions, identity);
  return identity;
}

/** Checks that who is known already may run all the functions. Rejects with a Problem (401, 403). */
export async function checkAll(
  call: Call,
  functions: readonly ServerFunction[],
  identity: Identity,
): Promise<void> {
  for (const { name, options, isGuarded } of functions) {
    if (!isGuarded) continue;
    const { loginRequired = false, permission } = options;
    if (loginRequired && identity.sub === null) throw unauthenticated(name);
    if (permission === undefined || (await isPermitted(call, permission))) continue;
    if (identity.sub === null) throw unauthenticated(name);
    throw new Problem("forbidden", `You may not run ${name}.`);
  }
}

async function isPermitted(
  call: Call,
  permission: NonNullable<ServerFunction["options"]["permission"]>,
): Promise<boolean> {
  if (typeof permission !== "string") return permission(call);
  return hasPermission(await call.user(), permission);
}

function unauthenticated(name: string): Problem {
  return new Problem("unauthenticated", `${name} needs a login.`, { headers: CHALLENGE });
}

/**
 * `mwt_obtain`, a function that the server declares itself: a session gets an identity token
 * (SPEC.md, section 13).
 * Invariant: only a session gets one, so that a token does not renew itself beyond its life.
 */

import { signToken } from "@mizan/protocol";
import { client, type AnyFunction } from "./declare.js";
import { Asker, permissionKeyOf, type Identification } from "./identity.js";
import { BAD_TOKEN, Problem } from "./problem.js";
import type { Schemas } from "./schema.js";

/** The schemas that the function refers to. */
export const MWT_DEFINITIONS: Schemas = {
  MwtObtainInput: {
    additionalProperties: false,
    properties: {},
    title: "MwtObtainInput",
    type: "object",
  },
  ObtainedToken: {
    description: "An identity token and when it expires.",
    properties: {
      expires_at: { format: "date-time", title: "Expires At", type: "string" },
      token: { title: "Token", type: "string" },
    },
    required: ["token", "expires_at"],
    title: "ObtainedToken",
    type: "object",
  },
};

export function mwtObtain(by: Identification): AnyFunction {
  return client(
    {
      name: "mwt_obtain",
      description:
        "Return an identity token for the user of the session, to be sent in X-Mizan-Token.",
      loginRequired: true,
      input: { $ref: "#/$defs/MwtObtainInput" },
      output: { $ref: "#/$defs/ObtainedToken" },
    },
    async (_: object, call) => {
      const user = await new Asker(call.request, by).sessionUser();
      if (user === null || by.tokens === null) {
        const detail = "A token is given to a session, and this request has none: log in.";
        throw new Problem("unauthenticated", detail, { headers: BAD_TOKEN });
      }
      const { keys, audience, ttl } = by.tokens;
      const now = by.now();
      const pkey = await permissionKeyOf(user, by.pkeySecret);
      const claims = { sub: String(user.id), aud: audience, iat: now, exp: now + ttl, pkey };
      const expires = new Date((now + ttl) * 1000).toISOString().replace(".000Z", "Z");
      return { token: await signToken(claims, keys), expires_at: expires };
    },
  );
}

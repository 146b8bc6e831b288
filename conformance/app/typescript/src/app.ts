/** The conformance app (`../../README.md`) on @mizan/server. Its keys guard nothing. */

import { createApp, type App } from "@mizan/server";
import { ajvValidator } from "@mizan/server/ajv";
import { boardFunctions } from "./boards.js";
import { controlFunctions } from "./control.js";
import { accountOf, peopleFunctions, sessionOf } from "./people.js";
import { definitions } from "./schemas.js";
import { siteFunctions } from "./site.js";
import { server, State } from "./state.js";
import { valueFunctions } from "./values.js";

export function conformanceApp(): App {
  const state = new State();
  const { setMotto, functions } = siteFunctions(state);
  return createApp({
    functions: [
      ...functions,
      ...boardFunctions(state, setMotto),
      ...controlFunctions(state),
      ...peopleFunctions(state),
      ...valueFunctions(state),
    ],
    definitions,
    validator: ajvValidator(),
    bodyLimit: server.body_limit,
    csrf: server.csrf,
    tokens: {
      keys: server.tokens.keys,
      audience: server.tokens.audience,
      pkeySecret: server.tokens.pkey_secret,
    },
    session: (request) => sessionOf(state, request),
    user: accountOf,
    // What runs in it looks whether it may before it writes, so that there is nothing to take back.
    transaction: (work) => work(),
    report: () => undefined,
  });
}

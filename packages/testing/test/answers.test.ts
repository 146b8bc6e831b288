import { HttpResponse } from "msw";
import { expect, expectTypeOf, it } from "vitest";
import { mizanHandlers, onCall, onContext, problem } from "../src/index.js";
import { ping, schema, updateName, user, type User } from "./shop.js";

it("has the types of the descriptors", () => {
  const answers = [
    onContext(user, { user_profile: { name: "Ada" } }),
    onContext(user, (params) => {
      expectTypeOf(params).toEqualTypeOf<{ user_id: number }>();
      return problem("forbidden");
    }),
    onContext(user, async (): Promise<User> => Promise.resolve({ user_profile: { name: "" } })),
    onContext(user, HttpResponse.error()),
    onCall(updateName, { saved: "Ada" }, { invalidate: ({ user_id }) => [`user${user_id}`] }),
    onCall(updateName, ({ name }) => {
      expectTypeOf(name).toEqualTypeOf<string | null>();
      return name === null ? problem("app.taken") : { saved: name };
    }),
    onCall(updateName, problem("validation")),
  ];
  expect(mizanHandlers(schema, answers)).toHaveLength(3);
});

it("refuses what the server would not answer", () => {
  // @ts-expect-error -- a member is misspelt
  onContext(user, { user_profile: { nam: "Ada" } });
  // @ts-expect-error -- a function of the context is missing
  onContext(user, {});
  // @ts-expect-error -- a parameter that there is not
  onContext(user, ({ id }: { id: number }) => ({ user_profile: { name: `${id}` } }));
  // @ts-expect-error -- another result
  onCall(updateName, ({ name }) => name);
  // @ts-expect-error -- a code that the function does not declare
  onCall(updateName, problem("app.other"));
  // @ts-expect-error -- a function is no context
  onContext(ping, null);
  // @ts-expect-error -- a manifest is no client schema
  mizanHandlers({ base_url: "/", contexts: {} }, []);
});

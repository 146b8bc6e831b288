/** The example of the README; `readme.test.ts` sees that they are the same. */

import { client, Context, createApp } from "../src/index.js";
import { ajvValidator } from "../src/ajv.js";

const names = new Map([[5, "Ada"]]);
const user = new Context("user");
const text = { type: "string" };

const userName = client(
  {
    name: "user_name",
    context: user,
    userScoped: false,
    input: { type: "object", properties: { user_id: { type: "integer" } }, required: ["user_id"] },
    output: text,
  },
  ({ user_id }: { user_id: number }) => names.get(user_id) ?? "nobody",
);

const rename = client(
  {
    name: "rename",
    affects: user, // scoped by user_id, which both have
    input: {
      type: "object",
      properties: { user_id: { type: "integer" }, name: text },
      required: ["user_id", "name"],
      additionalProperties: false,
    },
    output: text,
  },
  ({ user_id, name }: { user_id: number; name: string }) => {
    names.set(user_id, name);
    return name;
  },
);

export const app = createApp({ functions: [userName, rename], validator: ajvValidator() });

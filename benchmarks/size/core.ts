// What a page pays that imports only mizanCall and one context.
import { mizanCall, registerContext } from "@mizan/runtime";
import { createCore } from "@mizan/runtime/core";

const client = createCore({ baseUrl: "/api/" });
registerContext(client, { name: "user" }, { user_id: 5 }).subscribe(() => undefined);
void mizanCall(client, "update_name", { user_id: 5, name: "Ada" });

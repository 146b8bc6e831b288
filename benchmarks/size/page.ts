// A page with a client, one context and calls, and all features that a client has by default.
import { createClient, mizanCall, registerContext } from "@mizan/runtime";

const client = createClient({ baseUrl: "/api/" });
registerContext(client, { name: "user" }, { user_id: 5 }).subscribe(() => undefined);
void mizanCall(client, "update_name", { user_id: 5, name: "Ada" });

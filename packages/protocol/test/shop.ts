/** Declarations that the tests start from. */
import type { Declarations, FunctionDeclaration, Parameter } from "../src/index.js";

export const USER_ID: Parameter = { name: "user_id", type: { type: "integer" }, required: true };
export const PAGE: Parameter = {
  name: "page",
  type: { type: "integer" },
  required: false,
  default: "1",
};
export const QUERY: Parameter = {
  name: "q",
  type: { type: "string" },
  required: false,
  nullable: true,
};

const FUNCTIONS: FunctionDeclaration[] = [
  { name: "user_profile", context: "user", parameters: [USER_ID], rev: 2 },
  { name: "user_orders", context: "user", parameters: [PAGE, USER_ID, QUERY], cache: 60 },
  {
    name: "user_page",
    context: "user",
    path: "view",
    route: "/users/:user_id/",
    parameters: [USER_ID],
  },
  { name: "cart_items", context: "cart" },
  { name: "rename", affects: [{ context: "user" }], arguments: ["user_id", "name"] },
  {
    name: "buy",
    path: "view",
    route: "/buy/",
    methods: ["PUT", "POST", "PUT"],
    affects: [
      { context: "user", function: "user_orders" },
      { context: "cart" },
      { context: "user", by: [] },
    ],
    arguments: ["user_id"],
  },
  {
    name: "merge",
    private: true,
    affects: [
      { context: "user", by: ["user_id"] },
      { context: "cart", by: ["owner"] },
    ],
    arguments: ["user_id"],
  },
  { name: "ping", arguments: ["text"] },
];

/** A shop with a public context, a user-scoped one, and mutations of both. */
export const SHOP: Declarations = {
  mizan: "1.0",
  base_url: "/m/",
  identity_params: ["account"],
  contexts: [
    { name: "user", page_routes: ["/u/:user_id", "/u/:user_id", "/all/:page/x"] },
    { name: "cart", bind: [{ name: "owner", type: { type: "integer" } }] },
  ],
  functions: FUNCTIONS,
};

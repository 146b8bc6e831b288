/** A server for the tests: its client schema, and its descriptors as a generated client has them. */

import type { MizanContext, MizanFunction } from "@mizan/runtime";
import { uuid } from "@mizan/runtime/coerce";
import { upload } from "@mizan/runtime/upload";

export const BASE = "http://shop.test/api/mizan/";

const mutation = (context: string, errors = {}) => ({
  kind: "mutation",
  affects: [{ context }],
  methods: ["POST"],
  input: { type: "object" },
  output: {},
  errors,
});
const read = (context: string) => ({
  kind: "read",
  context,
  methods: ["GET"],
  input: { type: "object" },
  output: {},
});
const parameter = (name: string, type: string, more: object = { required: true }) => ({
  name,
  type: { type },
  ...more,
});

export const schema = {
  mizan: "1.0",
  base_url: "/api/mizan/",
  functions: {
    user_profile: read("user"),
    order_rows: read("orders"),
    note_text: read("note"),
    update_name: mutation("user", { "app.taken": { status: 409, description: "It is taken." } }),
    ping: { kind: "call", methods: ["POST"], input: { type: "object" }, output: {} },
    set_photos: {
      ...mutation("user"),
      upload: true,
      input: { $ref: "#/$defs/SetPhotosInput" },
    },
  },
  contexts: {
    user: { parameters: [parameter("user_id", "integer")], functions: ["user_profile"] },
    orders: {
      parameters: [
        parameter("page", "integer", { required: false, default: 1 }),
        parameter("search", "string", { required: false, nullable: true, default: null }),
        parameter("user_id", "integer"),
      ],
      functions: ["order_rows"],
    },
    note: { parameters: [parameter("id", "uuid")], functions: ["note_text"] },
  },
  $defs: {
    SetPhotosInput: {
      type: "object",
      properties: {
        user_id: { type: "integer" },
        cover: { type: "string", format: "binary" },
        photos: { anyOf: [{ type: "array", items: { type: "string" } }, { type: "null" }] },
      },
    },
  },
};

export interface User {
  readonly user_profile: { readonly name: string };
}

export interface Orders {
  readonly order_rows: readonly { readonly id: number }[];
}

export const user: MizanContext<{ user_id: number }, User> = { name: "user" };

export const orders: MizanContext<
  { user_id: number; page?: number; search?: string | null },
  Orders
> = { name: "orders", defaults: { page: 1 } };

export const note: MizanContext<{ id: string }, { note_text: string }> = {
  name: "note",
  coerce: { id: uuid },
};

export const updateName: MizanFunction<
  { user_id: number; name: string | null },
  { saved: string },
  "app.taken"
> = {
  name: "update_name",
  affects: ({ user_id }) => [{ context: "user", params: { user_id } }],
};

export const ping: MizanFunction<object, null> = { name: "ping", affects: () => [] };

export const setPhotos: MizanFunction<{ user_id: number; cover: Blob; photos: Blob[] }, number> = {
  name: "set_photos",
  encode: upload,
};

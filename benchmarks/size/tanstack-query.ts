// What a page with TanStack Query pays for Mizan: a client, and the adapter.
export { createClient } from "@mizan/runtime";
export * from "@mizan/tanstack-query";

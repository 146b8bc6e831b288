// tRPC's side of `scripts/bench screen`: `serve` answers ten reads, `client` asks for them in one batch.

import process from "node:process";
import { createTRPCClient, httpBatchLink } from "@trpc/client";
import { initTRPC } from "@trpc/server";
import { createHTTPServer } from "@trpc/server/adapters/standalone";
import { z } from "zod";

const PARTS = 10;
const SIZE = 20;
const names = Array.from({ length: PARTS }, (_, number) => `part${number}`);
const row = z.object({
  id: z.number().int(),
  name: z.string(),
  email: z.string(),
  active: z.boolean(),
  score: z.number(),
});

function found(id) {
  return Array.from({ length: SIZE }, (_, number) => ({
    id: id + number,
    name: "Ada",
    email: "ada@example.org",
    active: true,
    score: 0.5 + number,
  }));
}

/** Listens on loopback; inputs and outputs are checked, as pydantic does for the others. */
export function serve(port) {
  const { procedure, router } = initTRPC.create();
  const asked = procedure.input(z.object({ user_id: z.number().int() })).output(z.array(row));
  const parts = names.map((name, number) => [
    name,
    asked.query(({ input }) => found(input.user_id + number)),
  ]);
  createHTTPServer({ router: router(Object.fromEntries(parts)) }).listen(port, "127.0.0.1");
}

/** Returns what reads a screen. */
export function client(url) {
  const trpc = createTRPCClient({ links: [httpBatchLink({ url, maxItems: PARTS })] });
  return (id) => Promise.all(names.map((name) => trpc[name].query({ user_id: id })));
}

if (process.argv[2] === "serve") {
  serve(Number(process.argv[3]));
}

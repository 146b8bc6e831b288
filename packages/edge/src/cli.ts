/**
 * What the command `mizan-edge` does: an edge before one server (SPEC.md, sections 7 to 13).
 * Invariant: it listens only when all that it was given is right, and shows no secret.
 */

import { readFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { parseArgs } from "node:util";
import type { Jwk, Manifest } from "@mizan/protocol";
import { createEdge } from "./edge.js";
import { originFetch, toListener } from "./node.js";
import type { EdgeOptions } from "./options.js";
import { MemoryStore } from "./store.js";

const HELP = `Usage: mizan-edge --origin URL --manifest FILE [OPTIONS]

A cache before a Mizan server. It keeps what the server says that shared
caches may keep, until a mutation passes that makes it stale.

  --origin URL         the server: http://127.0.0.1:8000
  --manifest FILE      what "manage.py export_edge_manifest" wrote
  --port N             where to listen (default 8080; 0: any)
  --host ADDRESS       on which address (default 127.0.0.1)
  --keys FILE          public keys of identity tokens, a JWK set of Ed25519
                       keys; keeps users' own replies, for each by himself
  --audience TEXT      the tokens' audience; with --keys
  --secret-file FILE   a secret of this edge alone, 32 bytes or more; with
                       --keys
  --purge-token-file FILE
                       who shows this token may purge
  --own-contexts A,B   contexts in which users change only their own
  --max-entries N      how many replies are kept (default 10000)
  --max-mib N          what they may take, in MiB (default 64)
  --timeout N          seconds that the server has to answer (default 30)
  --in-flight N        seconds within which a mutation that got no reply has
                       committed or never will (default 30)
  --stale-while-revalidate N, --stale-if-error N
                       seconds after its term in which a reply is sent while
                       it is asked for anew, or as the server is down
                       (default 0)
  --behind-proxy       a TLS server is in front, and nobody else asks: its
                       X-Forwarded-Proto and X-Forwarded-For are believed
  --keep-tags          leaves replies their tags: another cache is in front
  --help               this text

Exit codes: 0 ended by a signal, 1 it cannot listen, 2 wrong call.
`;

const TEXT = { type: "string" } as const;
const OPTIONS = {
  origin: TEXT,
  manifest: TEXT,
  port: { ...TEXT, default: "8080" },
  host: { ...TEXT, default: "127.0.0.1" },
  keys: TEXT,
  audience: TEXT,
  "secret-file": TEXT,
  "purge-token-file": TEXT,
  "own-contexts": TEXT,
  "max-entries": { ...TEXT, default: "10000" },
  "max-mib": { ...TEXT, default: "64" },
  timeout: { ...TEXT, default: "30" },
  "in-flight": { ...TEXT, default: "30" },
  "stale-while-revalidate": { ...TEXT, default: "0" },
  "stale-if-error": { ...TEXT, default: "0" },
  "behind-proxy": { type: "boolean", default: false },
  "keep-tags": { type: "boolean", default: false },
  help: { type: "boolean", default: false },
} as const;

type Values = ReturnType<typeof parseArgs<{ options: typeof OPTIONS }>>["values"];

/** A wrong call. */
class UsageError extends Error {}

function read(path: string, option: string): Uint8Array<ArrayBuffer> {
  try {
    return new Uint8Array(readFileSync(path));
  } catch (error) {
    throw new UsageError(`--${option}: ${error instanceof Error ? error.message : path}`);
  }
}

function readText(path: string, option: string): string {
  return new TextDecoder().decode(read(path, option)).trim();
}

function readJson(path: string, option: string): unknown {
  try {
    return JSON.parse(readText(path, option));
  } catch (error) {
    if (error instanceof UsageError) throw error;
    throw new UsageError(`--${option}: ${path} is not JSON.`);
  }
}

function required(values: Values, option: "origin" | "manifest" | "audience"): string {
  const value = values[option];
  if (value !== undefined && value !== "") return value;
  throw new UsageError(`--${option} is missing.`);
}

type NumberOption =
  | "port"
  | "max-entries"
  | "max-mib"
  | "timeout"
  | "in-flight"
  | "stale-while-revalidate"
  | "stale-if-error";

function numberOf(values: Values, option: NumberOption, least: number, most = 1e9): number {
  const value = /^[0-9]{1,10}$/.test(values[option]) ? Number(values[option]) : NaN;
  if (value >= least && value <= most) return value;
  throw new UsageError(`--${option}: expected a whole number from ${least} to ${most}.`);
}

function manifestOf(values: Values): Manifest {
  const path = required(values, "manifest");
  const found = readJson(path, "manifest");
  const isManifest =
    typeof found === "object" && found !== null && "mizan" in found && "contexts" in found;
  if (isManifest) return found as Manifest;
  throw new UsageError(`--manifest: ${path} is no manifest (manage.py export_edge_manifest).`);
}

function identityOf(values: Values): Pick<EdgeOptions, "mwt" | "secret"> {
  const { keys: path, "secret-file": secret } = values;
  if (path === undefined) return {};
  const found = readJson(path, "keys");
  const keys = Array.isArray(found) ? found : (found as { keys?: unknown } | null)?.keys;
  if (!Array.isArray(keys)) throw new UsageError(`--keys: ${path} is no JWK set ({"keys": […]}).`);
  if (secret === undefined) throw new UsageError("--secret-file is missing, as there are --keys.");
  return {
    mwt: { keys: keys as Jwk[], audience: required(values, "audience") },
    secret: read(secret, "secret-file"),
  };
}

function optionsOf(values: Values): EdgeOptions {
  const { "purge-token-file": token, "own-contexts": own } = values;
  return {
    origin: required(values, "origin"),
    manifest: manifestOf(values),
    ...identityOf(values),
    ...(token !== undefined && { purgeToken: readText(token, "purge-token-file") }),
    ...(own !== undefined && { ownContexts: own.split(",") }),
    store: new MemoryStore({
      maxEntries: numberOf(values, "max-entries", 1),
      maxBytes: numberOf(values, "max-mib", 1) * 1024 * 1024,
    }),
    timeout: numberOf(values, "timeout", 1, 3600),
    inFlight: numberOf(values, "in-flight", 0, 86_400),
    staleWhileRevalidate: numberOf(values, "stale-while-revalidate", 0),
    staleIfError: numberOf(values, "stale-if-error", 0),
    behindProxy: values["behind-proxy"],
    keepTags: values["keep-tags"],
    fetch: originFetch(),
  };
}

/** Listens until a signal comes; resolves with the exit code. */
function serve(server: Server, port: number, host: string): Promise<number> {
  return new Promise((resolve) => {
    const end = (): void => {
      server.close();
      server.closeAllConnections();
      resolve(0);
    };
    process.once("SIGINT", end).once("SIGTERM", end);
    server.on("error", (error) => {
      process.stderr.write(`mizan-edge: ${error.message}\n`);
      resolve(1);
    });
    server.listen(port, host, () => {
      const { port: bound } = server.address() as AddressInfo;
      const name = host.includes(":") ? `[${host}]` : host;
      process.stdout.write(`listening on http://${name}:${bound}\n`);
    });
  });
}

/**
 * Runs the command.
 *
 * @returns the exit code, once it has ended
 */
export async function main(args: readonly string[]): Promise<number> {
  try {
    const { values } = parseArgs({ args: [...args], options: OPTIONS });
    if (values.help) {
      process.stdout.write(HELP);
      return 0;
    }
    const port = numberOf(values, "port", 0, 65535);
    const edge = createEdge(optionsOf(values));
    const server = createServer(toListener(edge, values["behind-proxy"]));
    return await serve(server, port, values.host);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    process.stderr.write(`mizan-edge: ${message}\nTry: mizan-edge --help\n`);
    return 2;
  }
}

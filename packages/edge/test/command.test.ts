/** The command: built, as its users start it, and each of its faults within this process. */

import { spawn, type ChildProcess } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { main } from "../src/cli.js";
import { answer, keyPair, MANIFEST, OPEN_KEY, STOCK, urlOf } from "./site.js";

const folder = mkdtempSync(join(tmpdir(), "mizan-edge-"));
const command = join(folder, "command.mjs");
const path = (name: string): string => join(folder, name);
let origin: Server;
let url: string;

beforeAll(async () => {
  const source = (name: string): string => fileURLToPath(new URL(`../../${name}`, import.meta.url));
  await build({
    entryPoints: [source("edge/src/command.ts")],
    outfile: command,
    bundle: true,
    platform: "node",
    format: "esm",
    alias: {
      "@mizan/protocol": source("protocol/src/index.ts"),
      "@mizan/server/node": source("server/src/node.ts"),
    },
  });
  const { open } = await keyPair("other");
  const files = {
    "manifest.json": JSON.stringify(MANIFEST),
    "keys.json": JSON.stringify({ keys: [OPEN_KEY, open] }),
    "private.json": JSON.stringify([{ ...OPEN_KEY, d: "AA" }]),
    "shared.json": JSON.stringify({ keys: [{ kty: "oct", alg: "HS256", kid: "a", k: "AA" }] }),
    "not.json": "{",
    "empty.json": "{}",
    secret: "a secret of this edge: 32 bytes or more",
    short: "short",
    token: "a-token-of-purgers\n",
  };
  for (const [name, text] of Object.entries(files)) writeFileSync(path(name), text);
  origin = createServer((_, reply) => {
    void answer(STOCK, '{"pieces":3}').then((said) => {
      reply.writeHead(200, Object.fromEntries(said.headers)).end('{"pieces":3}');
    });
  });
  await new Promise<void>((resolve) => origin.listen(0, "127.0.0.1", resolve));
  url = `http://127.0.0.1:${(origin.address() as AddressInfo).port}`;
});

afterAll(() => {
  origin.closeAllConnections();
  origin.close();
  rmSync(folder, { recursive: true });
});

interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

function start(...args: string[]): { child: ChildProcess; ended: Promise<Ended> } {
  const child = spawn(process.execPath, [command, ...args], { stdio: ["ignore", "pipe", "pipe"] });
  let [out, err] = ["", ""];
  child.stdout.on("data", (text) => (out += String(text)));
  child.stderr.on("data", (text) => (err += String(text)));
  const ended = new Promise<Ended>((resolve) =>
    child.on("close", (code) => {
      resolve({ code, out, err });
    }),
  );
  return { child, ended };
}

/** Runs the command in this process. */
async function run(...args: string[]): Promise<Ended> {
  let [out, err] = ["", ""];
  const spies = [
    vi.spyOn(process.stdout, "write").mockImplementation((text) => ((out += String(text)), true)),
    vi.spyOn(process.stderr, "write").mockImplementation((text) => ((err += String(text)), true)),
  ];
  try {
    return { code: await main(args), out, err };
  } finally {
    for (const spy of spies) spy.mockRestore();
  }
}

describe("mizan-edge", () => {
  it("listens, keeps, purges for who has the token, and ends by a signal", async () => {
    const given = ["--origin", url, "--manifest", path("manifest.json"), "--port", "0"];
    const users = ["--keys", path("keys.json"), "--audience", "a", "--secret-file", path("secret")];
    const purging = ["--purge-token-file", path("token"), "--own-contexts", "orders"];
    const { child, ended } = start(...given, ...users, ...purging);
    const said = await new Promise<string>((resolve) => {
      child.stdout?.once("data", (text) => {
        resolve(String(text));
      });
    });
    const [, edge = ""] = /^listening on (http:\/\/127\.0\.0\.1:\d+)\n$/.exec(said) ?? [];
    const read = async (): Promise<string | null> =>
      (await fetch(edge + urlOf(STOCK))).headers.get("Cache-Status");
    expect(await read()).toContain("stored");
    expect(await read()).toContain("hit");
    const headers = { "X-Mizan-Purge-Token": "a-token-of-purgers", "xkey-purge": "stock" };
    expect((await fetch(edge, { method: "PURGE", headers })).status).toBe(200);
    expect(await read()).toContain("stored");
    child.kill("SIGTERM");
    expect(await ended).toEqual({ code: 0, out: said, err: "" });
  });

  it("helps, in 80 columns", async () => {
    const { code, out } = await run("--help");
    expect([code, out.split("\n")[0]]).toEqual([
      0,
      "Usage: mizan-edge --origin URL --manifest FILE [OPTIONS]",
    ]);
    expect(Math.max(...out.split("\n").map((line) => line.length))).toBeLessThanOrEqual(80);
  });

  const manifest = (): string[] => ["--origin", url, "--manifest", path("manifest.json")];

  it.each<[string, () => string[]]>([
    ["--manifest is missing", () => ["--origin", url]],
    ["--origin is missing", () => ["--manifest", path("manifest.json")]],
    [
      "origin: expected an http",
      () => ["--origin", "ftp://a", "--manifest", path("manifest.json")],
    ],
    [
      "origin: expected an http",
      () => ["--origin", `${url}/a`, "--manifest", path("manifest.json")],
    ],
    ["--manifest: ENOENT", () => ["--origin", url, "--manifest", path("none")]],
    ["is not JSON", () => ["--origin", url, "--manifest", path("not.json")]],
    ["is no manifest", () => ["--origin", url, "--manifest", path("empty.json")]],
    ["--port: expected", () => [...manifest(), "--port", "99999"]],
    ["--timeout: expected", () => [...manifest(), "--timeout", "0"]],
    ["--secret-file is missing", () => [...manifest(), "--keys", path("keys.json")]],
    ["is no JWK set", () => [...manifest(), "--keys", path("empty.json")]],
    [
      "--audience is missing",
      () => [...manifest(), "--keys", path("keys.json"), "--secret-file", path("secret")],
    ],
    [
      "secret: expected at least 32 bytes",
      () => [
        ...manifest(),
        "--keys",
        path("keys.json"),
        "--audience",
        "a",
        "--secret-file",
        path("short"),
      ],
    ],
    ...["private.json", "shared.json"].map((name): [string, () => string[]] => [
      "an edge has public keys only",
      () => [
        ...manifest(),
        "--keys",
        path(name),
        "--audience",
        "a",
        "--secret-file",
        path("secret"),
      ],
    ]),
    ["purgeToken: expected", () => [...manifest(), "--purge-token-file", path("short")]],
    ["no context nothing", () => [...manifest(), "--own-contexts", "nothing"]],
    ["which cart is not", () => [...manifest(), "--own-contexts", "orders,cart"]],
    ["Unknown option '--nothing'", () => ["--nothing"]],
  ])("says what is wrong: %s", async (message, args) => {
    const { code, out, err } = await run(...args());
    expect([code, out]).toEqual([2, ""]);
    expect(err).toContain(message);
    expect(err).toContain("Try: mizan-edge --help");
    expect(err).not.toContain("    at ");
  });

  it("says that it cannot listen", async () => {
    const { port } = origin.address() as AddressInfo;
    const { code, err } = await run(...manifest(), "--port", String(port));
    expect(code).toBe(1);
    expect(err).toContain("EADDRINUSE");
  });
});

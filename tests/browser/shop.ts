/**
 * The real server of examples/shop, with a database of its own.
 * Invariant: a server has one port for all its lives, and is gone when its test is.
 */

import { execFile, spawn, type ChildProcess } from "node:child_process";
import { createHmac, randomUUID } from "node:crypto";
import { once } from "node:events";
import { copyFile, mkdtemp, rm } from "node:fs/promises";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const MANAGE = join(ROOT, "examples/shop/manage.py");
const SERVE = join(ROOT, "tests/browser/serve.py");

/** Of every server; what the payment provider signs with is made of it. */
const SECRET = "known to the tests and to the servers that they start".repeat(2);

/** How long an answer may take before it is asked for again, in ms. */
const PATIENCE = 10_000;

/** Names the seeded database, of which each server gets a copy. */
export const SEED = "MIZAN_BROWSER_SEED";

/** What the server's programs see of this process, and its database. */
function environment(database: string): NodeJS.ProcessEnv {
  const path = [join(ROOT, ".venv/bin"), process.env["PATH"]].join(delimiter);
  // One process has one cache: in memory.
  const own = { PATH: path, DATABASE_URL: `sqlite:///${database}`, REDIS_URL: undefined };
  return { ...process.env, ...own, SHOP_SECRET: SECRET };
}

/** Runs a management command on a database; returns what it printed. */
export async function manage(database: string, ...command: string[]): Promise<string> {
  const env = environment(database);
  return (await promisify(execFile)("python", [MANAGE, ...command], { env })).stdout.trim();
}

/** A running shop. */
export class Shop {
  private child: ChildProcess | undefined;
  private log = "";

  private constructor(
    private readonly folder: string,
    private readonly port: number,
  ) {}

  /** Starts a server on a free port, with a copy of the seeded database. */
  static async open(): Promise<Shop> {
    const folder = await mkdtemp(join(tmpdir(), "mizan-shop-"));
    await copyFile(process.env[SEED] ?? "", join(folder, "shop.sqlite3"));
    const shop = new Shop(folder, await freePort());
    await shop.start();
    return shop;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** What the server printed. */
  get printed(): string {
    return this.log;
  }

  /** Begins a life; returns when requests are answered. */
  async start(): Promise<void> {
    const env = environment(this.database);
    const child = spawn("python", [SERVE, `${this.port}`], { env });
    this.child = child;
    for (const stream of [child.stdout, child.stderr]) {
      stream.on("data", (text: Buffer) => (this.log += text.toString()));
    }
    while (!(await this.answers())) {
      if (child.exitCode !== null) throw new Error(`The server ended by itself:\n${this.log}`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  /** Ends a life without warning, as a crash does. */
  async kill(): Promise<void> {
    const child = this.child;
    this.child = undefined;
    if (child?.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, "exit");
    child.kill("SIGKILL");
    await gone;
  }

  /** Ends the server for good. */
  async close(): Promise<void> {
    await this.kill();
    await rm(this.folder, { recursive: true, force: true });
  }

  /** Runs Python beside the server, on its database: somebody changes something elsewhere. */
  run(python: string): Promise<string> {
    return manage(this.database, "shell", "--no-imports", "--command", python);
  }

  /** Tells the server that an order is paid, as the payment provider does. */
  async pay(order: number): Promise<void> {
    const body = JSON.stringify({ id: `evt_${randomUUID()}`, type: "payment.succeeded" });
    const time = Math.floor(Date.now() / 1000);
    const key = createHmac("sha256", SECRET).update("payments").digest();
    const right = createHmac("sha256", key).update(`${time}.${body}`).digest("hex");
    const { ok, status } = await fetch(`${this.url}/webhooks/payments/${order}/`, {
      method: "POST",
      headers: { "Payment-Signature": `t=${time},v1=${right}` },
      body,
    });
    if (!ok) throw new Error(`The payment of order ${order} was answered ${status}.`);
  }

  private get database(): string {
    return join(this.folder, "shop.sqlite3");
  }

  /** Whether it answers; from then on it knows of events, as one does that runs for a while. */
  private async answers(): Promise<boolean> {
    const events = `${this.url}/api/mizan/events/?held=catalogue`;
    const signal = AbortSignal.timeout(PATIENCE);
    const response = await fetch(events, { signal }).catch(() => undefined);
    await response?.body?.cancel();
    return !!response?.ok;
  }
}

/** A port that nobody listens on. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}

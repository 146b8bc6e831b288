/**
 * Once before all tests: the page is built, and a database seeded that each server gets a copy of.
 * Invariant: what is tested is the page as its sources are now.
 */

import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { manage, SEED } from "./shop.js";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));

/** Prepares; returns what tidies up. */
export default async function setup(): Promise<() => Promise<void>> {
  const folder = await mkdtemp(join(tmpdir(), "mizan-seed-"));
  const database = join(folder, "shop.sqlite3");
  process.env[SEED] = database;
  const seed = async (): Promise<void> => {
    await manage(database, "migrate", "--verbosity", "0");
    await manage(database, "seed", "--many");
  };
  const build = promisify(execFile)("npm", ["run", "--silent", "build", "-w", "examples/shop"], {
    cwd: ROOT,
  });
  await Promise.all([seed(), build]);
  return () => rm(folder, { recursive: true, force: true });
}

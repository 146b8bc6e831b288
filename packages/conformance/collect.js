/**
 * Copies the data of the suite from the repository, with its hashes; npm runs it before it packs.
 * Invariant: the same files, bytes and list of hashes as `mizan conformance copy` writes.
 */

import { createHash } from "node:crypto";
import { mkdir, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const repository = join(here, "../..");
const data = join(here, "data");

/** Folder of the data: [folder of the repository, which files, by their path below it]. */
const trees = {
  app: ["conformance/app", /^[^/]+\.json$/],
  http: ["conformance/http", /^v1\/[^/]+\.json$/],
  requirements: ["conformance/requirements", /^v1\.json$/],
  schema: ["schema", /^v1\//],
  vectors: ["conformance/vectors", /^v1\/[^/]+\.json$/],
};

/** The files below a folder, by their paths with slashes. */
async function below(folder) {
  const found = await readdir(folder, { recursive: true, withFileTypes: true });
  return found
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .map((path) => path.replaceAll("\\", "/"));
}

const sums = new Map();
await rm(data, { recursive: true, force: true });
for (const [name, [source, wanted]] of Object.entries(trees)) {
  const folder = join(repository, source);
  for (const path of (await below(folder)).filter((each) => wanted.test(each))) {
    const bytes = await readFile(join(folder, path));
    const target = join(data, name, path);
    await mkdir(dirname(target), { recursive: true });
    await writeFile(target, bytes);
    sums.set(`${name}/${path}`, createHash("sha256").update(bytes).digest("hex"));
  }
}
const lines = [...sums]
  .sort(([a], [b]) => (a < b ? -1 : 1))
  .map(([path, sum]) => `${sum}  ${path}\n`);
await writeFile(join(data, "SHA256SUMS"), lines.join(""));

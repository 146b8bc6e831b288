/** The conformance port over the TypeScript core: JSON Lines on the standard streams. */

import { isPlainObject, MizanError } from "@mizan/protocol";
import manifest from "../package.json" with { type: "json" };
import { OPERATIONS } from "./operations.js";

const HELLO = {
  name: "mizan-typescript",
  version: manifest.version,
  language: "TypeScript",
  spec: ["1.0"],
  capabilities: [...OPERATIONS.keys()],
};

interface Refusal {
  readonly code: string;
  readonly message: string;
}

function refusalOf(error: unknown): Refusal {
  if (error instanceof MizanError) return { code: error.code, message: error.message };
  const message = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return { code: "port.crash", message };
}

async function run(op: unknown, input: unknown): Promise<object> {
  if (op === "hello") return HELLO;
  const operation = OPERATIONS.get(op as string);
  if (operation === undefined) {
    throw new MizanError("port.unknown_op", `There is no operation ${String(op)}.`);
  }
  if (!isPlainObject(input))
    throw new MizanError("document.invalid", "Expected an object as input.");
  return await operation(input as never);
}

/** The answer to a line; null where the line has no id to answer to. */
async function answer(line: string): Promise<string | null> {
  let id: unknown;
  try {
    const request: unknown = JSON.parse(line);
    id = isPlainObject(request) ? request["id"] : undefined;
    if (!Number.isSafeInteger(id)) throw new SyntaxError("Expected an object with an id.");
    const { op, input } = request as Record<string, unknown>;
    return JSON.stringify({ id, ok: await run(op, input) });
  } catch (error) {
    const refusal = refusalOf(error);
    if (Number.isSafeInteger(id)) return JSON.stringify({ id, error: refusal });
    process.stderr.write(`A line cannot be answered: ${refusal.message}\n`);
    return null;
  }
}

async function serve(line: string): Promise<void> {
  const text = await answer(line);
  if (text !== null) process.stdout.write(`${text}\n`);
}

// A runner that went away needs no answers.
process.stdout.on("error", () => process.exit(0));

// Lines end at U+000A alone: node:readline would also split at U+2028, which JSON text may have.
let rest: Buffer[] = [];
process.stdin.on("data", (chunk: Buffer) => {
  let from = 0;
  for (let end = chunk.indexOf(10); end >= 0; end = chunk.indexOf(10, from)) {
    const line = Buffer.concat([...rest, chunk.subarray(from, end)]).toString();
    rest = [];
    from = end + 1;
    if (line.trim() !== "") void serve(line);
  }
  rest.push(chunk.subarray(from));
});
process.stdin.on("end", () => {
  const line = Buffer.concat(rest).toString();
  if (line.trim() !== "") void serve(line);
});

import { execFileSync, spawn } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const HERE = fileURLToPath(new URL("..", import.meta.url));
const EXAMPLES = fileURLToPath(new URL("../../../../schema/v1/examples/", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "mizan-port-"));
const bundle = join(folder, "port.mjs");

interface Answer {
  readonly id: number;
  readonly ok?: Record<string, unknown>;
  readonly error?: { readonly code: string; readonly message: string };
}

/** Starts the bundle far from its sources, writes the chunks, gives its answers by id. */
async function talk(...chunks: (string | Uint8Array)[]): Promise<Map<number, Answer>> {
  const port = spawn(process.execPath, [bundle], {
    cwd: folder,
    stdio: ["pipe", "pipe", "ignore"],
  });
  let output = "";
  port.stdout.setEncoding("utf8").on("data", (text: string) => (output += text));
  for (const chunk of chunks) port.stdin.write(chunk);
  port.stdin.end();
  const code = await new Promise((resolve) => port.on("close", resolve));
  expect(code).toBe(0);
  const answers = output.split("\n").filter((line) => line !== "");
  return new Map(answers.map((line) => JSON.parse(line) as Answer).map((each) => [each.id, each]));
}

/** The answers to operations, in the order of the questions: the output, or the code. */
async function ask(...questions: [op: string, input: unknown][]): Promise<unknown[]> {
  const lines = questions.map(([op, input], id) => `${JSON.stringify({ id, op, input })}\n`);
  const answers = await talk(...lines);
  return questions.map((_, id) => answers.get(id)?.ok ?? answers.get(id)?.error?.code);
}

beforeAll(() => {
  const build = ["run", "build", "--silent", "--", `--outfile=${bundle}`];
  execFileSync("npm", build, { cwd: HERE, stdio: "ignore" });
}, 60_000);

afterAll(() => {
  rmSync(folder, { recursive: true });
});

describe("the port", () => {
  it("shakes hands and names every operation of annex C", async () => {
    const [hello] = await ask(["hello", { spec: ["1.0"] }]);
    const spec = readFileSync(new URL("../../../../SPEC.md", import.meta.url), "utf8");
    const annex = spec.slice(spec.indexOf("### C.2"));
    const operations = [...annex.matchAll(/^\| `([a-z.]+)` \| `\{/gm)].map(([, op]) => op);
    expect(hello).toMatchObject({
      name: "mizan-typescript",
      language: "TypeScript",
      spec: ["1.0"],
      capabilities: expect.arrayContaining(operations) as unknown,
    });
    expect(operations.length).toBeGreaterThan(20);
  });

  it("answers all of many requests, whatever their order", async () => {
    const lines = Array.from({ length: 500 }, (_, id) => {
      const input = { instance: { context: "user", params: { id } }, scope_params: ["id"] };
      return `${JSON.stringify({ id, op: id % 2 ? "guards.instance" : "hello", input })}\n`;
    });
    const answers = await talk(lines.join(""));
    expect([...answers.keys()].sort((a, b) => a - b)).toEqual(lines.map((_, id) => id));
    expect([...answers.values()].every(({ ok }) => ok !== undefined)).toBe(true);
  });

  it("does not die of any line", async () => {
    const good = '{"id":1,"op":"canonical","input":{"value":5}}';
    const lines = [
      "garbage",
      "",
      "[]",
      "null",
      "{}",
      '{"id":"a"}',
      '{"id":-0.5,"op":"hello","input":{}}',
      "\u0000",
      "[".repeat(100_000),
      '{"id":2}',
      '{"id":3,"op":"constructor","input":{}}',
      '{"id":4,"op":5,"input":{}}',
      '{"id":5,"op":"decode","input":null}',
      '{"id":6,"op":"decode","input":{}}',
      `{"id":7,"op":"jcs","input":{"value":${"[".repeat(50_000)}${"]".repeat(50_000)}}}`,
      '{"id":8,"op":"jcs","input":{"value":{"$what":1}}}',
      '{"id":9,"op":"token.verify","input":{"token":5,"keys":5}}',
      good,
    ];
    const answers = await talk(lines.join("\r\n"), Uint8Array.of(0x0a, 0xff, 0xfe, 0x0a));
    const codes = [...answers.values()].map(({ id, error }) => [id, error?.code]);
    expect(new Map(codes as [number, string][])).toEqual(
      new Map([
        [2, "port.unknown_op"],
        [3, "port.unknown_op"],
        [4, "port.unknown_op"],
        [5, "document.invalid"],
        [6, "port.crash"],
        [7, "port.crash"],
        [8, "port.crash"],
        [9, "port.crash"],
        [1, undefined],
      ]),
    );
  });

  it("puts lines together, and ends them at line feeds alone", async () => {
    const line = '{"id":1,"op":"canonical","input":{"value":"\u2028é\\n"}}';
    const bytes = new TextEncoder().encode(line);
    const answers = await talk(bytes.slice(0, 45), bytes.slice(45));
    expect(answers.get(1)?.ok).toEqual({ text: "\u2028é\n" });
  });

  it("reads tagged values", async () => {
    const jcs = (value: unknown): [string, unknown] => ["jcs", { value }];
    const answers = await ask(
      jcs({ $double: "1.0" }),
      jcs({ $double: "-0.0" }),
      jcs({ $double: "NaN" }),
      jcs({ $double: "-Infinity" }),
      jcs({ $integer: "9007199254740991" }),
      jcs({ $integer: "9007199254740992" }),
      jcs({ $utf16: "d83dde00" }),
      jcs({ $utf16: "d83d" }),
      jcs({ $members: [["$double", { $integer: "1" }]] }),
      jcs({ $members: [[{ $utf16: "d800" }, 1]] }),
      jcs({ $members: [[{ $integer: "1" }, 1]] }),
      jcs({ $nest: 64, of: { $repeat: 2, of: "a" } }),
      jcs({ $nest: 65, of: 1 }),
      jcs({ $members: [["__proto__", 1]] }),
      jcs(JSON.parse('{"__proto__":{"a":[{"$double":"2.50"}]}}')),
      ...["undefined", "date", "function", "symbol", "map", "bytes", "set", "constructor"].map(
        (other) => jcs({ $other: other }),
      ),
      ["decode", { text: { $bytes: "22c3a922" } }],
      ["decode", { text: { $bytes: "ff" } }],
      ["header.parse", { field: { $repeat: 70_000, of: "a" } }],
      ["header.parse", { field: { $repeat: 70_000, of: { $bytes: "61" } } }],
      ["held.parse", { field: { $bytes: "75736572" } }],
    );
    expect(answers.map((each) => (each as { text?: string }).text ?? each)).toEqual([
      ...["1", "0", "json.nan", "json.infinity", "9007199254740991", "json.integer_range"],
      ...['"😀"', "json.surrogate", '{"$double":1}', "json.surrogate", "json.type"],
      ...[`${"[".repeat(64)}"aa"${"]".repeat(64)}`, "json.depth"],
      ...['{"__proto__":1}', '{"__proto__":{"a":[2.5]}}'],
      ...Array<string>(8).fill("json.type"),
      ...[{ value: "é" }, "json.utf8", "header.size", "header.size"],
      { instances: [{ context: "user", params: {} }] },
    ]);
  });

  it("validates documents of every kind, as writers write them", async () => {
    const kinds = readdirSync(EXAMPLES);
    const read = (kind: string, part: string): [string, unknown][] =>
      readdirSync(join(EXAMPLES, kind, part)).map((name) => {
        const example: unknown = JSON.parse(readFileSync(join(EXAMPLES, kind, part, name), "utf8"));
        const isWrapped = part === "invalid";
        const document = isWrapped ? (example as { document: unknown }).document : example;
        return ["validate", { kind, document }];
      });
    const valid = kinds.flatMap((kind) => read(kind, "valid"));
    const invalid = kinds.flatMap((kind) => read(kind, "invalid"));
    expect(await ask(...valid)).toEqual(valid.map(() => ({ valid: true })));
    expect(await ask(...invalid)).toEqual(invalid.map(() => "document.invalid"));
    expect(kinds.length).toBeGreaterThan(10);
    const none = ["common", "nothing", "constructor"].map((kind): [string, unknown] => [
      "validate",
      { kind, document: {} },
    ]);
    expect(await ask(...none)).toEqual(none.map(() => "document.kind"));
  });
});

// Says which patterns take more time than in proportion to what they are matched against: reads JSON,
// {patterns: [{where, sources, flags}], files: [TypeScript whose patterns are judged, too]}, and writes
// JSON, [{where, source, status, why}]. Of several sources all have to be safe. `made` is the status of
// one that is no constant.

import { readFileSync } from "node:fs";
import process from "node:process";
import ts from "typescript";

process.env.RECHECK_SYNC_BACKEND = "pure"; // one engine everywhere: neither Java nor a binary
const { checkSync } = await import("recheck");

const TIMEOUT = 120_000; // ms, for one pattern: most take a few, on a machine that is not busy

/** The text that an expression stands for, of constants of its file; null for any other. */
function textOf(node, source) {
  if (ts.isStringLiteralLike(node)) return node.text;
  if (ts.isIdentifier(node)) {
    const named = source.statements
      .filter(ts.isVariableStatement)
      .flatMap((each) => [...each.declarationList.declarations])
      .find((each) => each.name.getText(source) === node.text);
    return named?.initializer ? textOf(named.initializer, source) : null;
  }
  if (!ts.isTemplateExpression(node)) return null;
  const spans = node.templateSpans.map((each) => {
    const text = textOf(each.expression, source);
    return text === null ? null : text + each.literal.text;
  });
  return spans.includes(null) ? null : node.head.text + spans.join("");
}

/** The patterns of a file, sticky ones anchored as they are. */
function* ofTypeScript(file) {
  const source = ts.createSourceFile(file, readFileSync(file, "utf8"), ts.ScriptTarget.Latest);
  const nodes = [source];
  for (let node = nodes.pop(); node; node = nodes.pop()) {
    ts.forEachChild(node, (each) => void nodes.push(each));
    if (ts.isRegularExpressionLiteral(node)) {
      const end = node.text.lastIndexOf("/");
      yield anchored(file, node.text.slice(1, end), node.text.slice(end + 1));
    } else if (ts.isNewExpression(node) && node.expression.getText(source) === "RegExp") {
      const [given, flags] = node.arguments;
      const text = textOf(given, source);
      if (text === null) yield { where: file, sources: [given.getText(source)], status: "made" };
      else yield anchored(file, text, flags ? textOf(flags, source) : "");
    }
  }
}

const anchored = (where, source, flags) =>
  flags.includes("y")
    ? { where, sources: [`^(?:${source})`], flags: flags.replace("y", "") }
    : { where, sources: [source], flags };

const known = new Map();

/** What recheck says of one pattern. */
function judgedOne(source, flags) {
  const key = `${flags} ${source}`;
  if (!known.has(key)) {
    const found = checkSync(source, flags, { randomSeed: 1, timeout: TIMEOUT });
    const why = found.error?.kind ?? `${found.complexity?.summary}: ${found.attack?.pattern}`;
    known.set(key, { source, status: found.status, why });
  }
  return known.get(key);
}

function judged({ where, sources, flags, status }) {
  if (status) return { where, source: sources[0], status, why: "" };
  let found;
  for (const each of sources) {
    found = judgedOne(each, flags);
    if (found.status !== "safe") break;
  }
  return { where, ...found };
}

const { patterns, files } = JSON.parse(readFileSync(0, "utf8"));
const all = [...patterns, ...files.flatMap((file) => [...ofTypeScript(file)])];
process.stdout.write(JSON.stringify(all.map(judged)));

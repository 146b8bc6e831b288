import { build, type Plugin } from "esbuild";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { MizanPanel } from "../src/panelNone.js";

/** Resolves the entry by the package's `exports`, to the source of what it names. */
function entry(condition: string): Plugin {
  const folder = fileURLToPath(new URL("../", import.meta.url));
  const { exports } = JSON.parse(readFileSync(`${folder}package.json`, "utf8")) as {
    exports: Record<string, Record<string, string>>;
  };
  const panel = exports["./panel"] ?? {};
  const target = panel[condition] ?? panel["default"] ?? "";
  const source = target.replace("./dist/", "src/").replace(/\.js$/, "");
  const path = `${folder}${source}.ts`;
  return {
    name: "entry",
    setup(to) {
      to.onResolve({ filter: /^@mizan\/react\/panel$/ }, () => ({ path, sideEffects: false }));
    },
  };
}

async function built(text: string, condition: string): Promise<string> {
  const { outputFiles } = await build({
    stdin: { contents: text, resolveDir: fileURLToPath(new URL("./", import.meta.url)) },
    bundle: true,
    minify: true,
    write: false,
    format: "esm",
    external: ["react", "react/jsx-runtime", "@mizan/runtime", "@mizan/runtime/devtools"],
    plugins: [entry(condition)],
  });
  return outputFiles[0]?.text ?? "";
}

describe("a build for production", () => {
  const page = `import { MizanPanel } from "@mizan/react/panel"; console.log(MizanPanel);`;

  it("has nothing of the panel but an empty component, and imports nothing for it", async () => {
    expect(MizanPanel()).toBeNull();
    const text = await built(page, "production");
    expect(text).not.toMatch(/Mizan panel|import|round trip/);
    expect(text.length).toBeLessThan(60);
    expect(await built(page, "development")).toMatch(/Mizan panel/);
  });

  it("has no byte where the page does not use it", async () => {
    const unused = `import { MizanPanel } from "@mizan/react/panel"; console.log(1);`;
    expect(await built(unused, "production")).toBe(await built("console.log(1);", "production"));
  });
});

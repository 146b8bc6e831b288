import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { createHandler } from "../src/index.js";
import { app } from "./example.js";
import { ORIGIN } from "./shop.js";

const read = (path: string): string => readFileSync(new URL(path, import.meta.url), "utf8");

/** What an example declares, which is all but what it imports and starts. */
function declared(text: string): string {
  return text.slice(text.indexOf("const names"), text.indexOf("createApp({"));
}

it("has an example that runs", async () => {
  const readme = read("../README.md");
  const code = read("./example.ts").replace("export const app", "const app");
  expect(declared(readme)).toBe(declared(code));
  const handler = createHandler(app);
  const get = (): Promise<Response> => handler(new Request(`${ORIGIN}/mizan/ctx/user/?user_id=5`));
  expect(readme).toContain(await (await get()).text());
  expect((await get()).headers.get("Cache-Status")).toBe("mizan; hit");
  const call = '{"function":"rename","args":{"user_id":5,"name":"Eda"}}';
  expect(readme).toContain(call);
  const headers = { "Content-Type": "application/json" };
  const init = { method: "POST", headers, body: call };
  const reply = await handler(new Request(`${ORIGIN}/mizan/call/`, init));
  expect(reply.headers.get("X-Mizan-Invalidate")).toBe("user;user_id=5");
  expect(await (await get()).text()).toBe('{"user_name":"Eda"}');
});

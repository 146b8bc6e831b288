import fc from "fast-check";
import { createServer } from "node:http";
import { connect, type AddressInfo } from "node:net";
import { expect, it } from "vitest";
import { client, createHandler } from "../src/index.js";
import { toNodeListener } from "../src/node.js";
import { faults } from "../../testing/test/faults.js";
import { args, integer, ORIGIN, serve, shop, text, TOKENS } from "./shop.js";

const page = client(
  { name: "page", route: "/pages/:name/", input: args({ name: text, n: integer }, ["name"]) },
  ({ name }: { name: string }) => new Response(name),
);

function served() {
  const functions = [...Object.values(shop().functions), page];
  return serve({ functions, tokens: TOKENS, bodyLimit: 2000 });
}

const anyText = fc.oneof(fc.string(), fc.string({ unit: "binary" }));
const json = fc.json({ maxDepth: 3 });
const call = fc
  .record({
    function: fc.oneof(fc.constantFrom("take", "both", "secret", "update_name", "page"), anyText),
    args: fc.oneof(
      fc.dictionary(fc.constantFrom("user_id", "name", "pieces", "__proto__"), fc.jsonValue()),
      fc.jsonValue(),
    ),
  })
  .map((value) => JSON.stringify(value));
const body = fc.oneof(call, json, anyText, fc.uint8Array({ maxLength: 3000 }));
const target = fc.oneof(
  fc.constantFrom("/mizan/call/", "/mizan/ctx/user/", "/mizan/ctx/stock/", "/pages/x/"),
  fc.tuple(fc.constant("/mizan/ctx/user/?"), anyText).map((parts) => parts.join("")),
  fc.tuple(fc.constant("/pages/"), anyText, fc.constant("/")).map((parts) => parts.join("")),
  anyText,
);
const method = fc.constantFrom("GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH");
const value = fc
  .oneof(
    fc.string({ unit: "binary-ascii" }),
    fc.constantFrom("user;user_id=5, stock", "a.b.c", "Bearer a.b.c", '"x"', "*", "csrftoken=t"),
  )
  .filter((field) => /^[\t -~]*$/.test(field));
const fields = fc.dictionary(
  fc.constantFrom(
    "X-Mizan-Held",
    "X-Mizan-Token",
    "Authorization",
    "If-None-Match",
    "Cookie",
    "Origin",
    "X-CSRFToken",
  ),
  value,
);
const type = fc.constantFrom(
  "application/json",
  "application/json; charset=utf-8",
  "multipart/form-data; boundary=x",
  "application/x-www-form-urlencoded",
  "text/plain",
);

it("answers whatever is asked, with a document that is one", async () => {
  const { handler } = served();
  const requests = fc.record({ method, target, fields, type, body });
  await fc.assert(
    fc.asyncProperty(requests, async (drawn) => {
      const hasBody = !["GET", "HEAD"].includes(drawn.method);
      const request = new Request(ORIGIN, {
        method: drawn.method,
        headers: { ...drawn.fields, "Content-Type": drawn.type },
        ...(hasBody && { body: drawn.body as BodyInit }),
      });
      const response = await handler(request, { target: drawn.target });
      expect(response.status).toBeLessThan(500);
      const said = await response.text();
      const isProblem = response.headers.get("Content-Type") === "application/problem+json";
      expect(isProblem).toBe(response.status >= 400);
      if (isProblem && said !== "") expect(faults("error", JSON.parse(said))).toEqual([]);
    }),
    { numRuns: 500 },
  );
});

it("survives any bytes on its socket", async () => {
  const server = createServer(toNodeListener(createHandler(served().app)));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const heads = fc
    .tuple(method, target, fc.dictionary(anyText, anyText))
    .map(([verb, path, given]) => {
      const lines = Object.entries(given).map(([name, each]) => `${name}: ${each}`);
      return [`${verb} ${path} HTTP/1.1`, "Host: x", ...lines, "", ""].join("\r\n");
    });
  const bytes = fc.oneof(
    fc.tuple(heads, body).map(([head, rest]) => Buffer.concat([bytesOf(head), bytesOf(rest)])),
    fc.uint8Array({ maxLength: 500 }),
  );
  await fc.assert(
    fc.asyncProperty(bytes, async (sent) => {
      await new Promise<void>((resolve) => {
        const socket = connect(port, "127.0.0.1", () => {
          socket.end(sent);
          socket.resume();
        });
        socket.on("error", () => undefined);
        socket.on("close", () => {
          resolve();
        });
      });
    }),
  );
  const after = await fetch(`http://127.0.0.1:${port}/mizan/ctx/stock/`);
  expect(after.status).toBe(200);
  server.closeAllConnections();
  server.close();
});

function bytesOf(given: string | Uint8Array): Uint8Array {
  return typeof given === "string" ? Buffer.from(given) : given;
}

import { describe, expect, it } from "vitest";
import { client, Problem } from "../src/index.js";
import { args, body, integer, ORIGIN, problem, serve, shop, stock, text, user } from "./shop.js";

const file = { type: "string", format: "binary" };

const show = client(
  { name: "show", context: user, route: "/users/:user_id/", input: args({ user_id: integer }) },
  ({ user_id }: { user_id: number }) => new Response(`User ${user_id}`, { headers: { A: "b" } }),
);
const rename = client(
  {
    name: "rename",
    affects: user,
    route: "/users/:user_id/",
    methods: ["POST", "PUT"],
    input: args(
      { user_id: integer, name: text, tags: { type: "array", items: integer }, day: {} },
      ["user_id", "name"],
    ),
  },
  async ({ user_id, ...rest }: { user_id: number }, call) => {
    call.headers.append("Set-Cookie", "seen=1");
    const again = await call.request.text();
    return Response.json({ user_id, rest, again }, { status: 201, statusText: "Made" });
  },
);
const hook = client(
  { name: "hook", private: true, affects: stock, route: "/hooks/:a/:b" },
  async (_, call) => new Response(await call.request.text()),
);
const plain = client(
  { name: "plain", route: "/plain/:name/", input: args({ name: {} }) },
  ({ name }: { name: string }) => new Response(name),
);
const wrong = client({ name: "wrong", route: "/wrong/" }, () => 5 as unknown as Response);
const { pieces } = shop().functions;

const { handler, get, call } = serve({ functions: [show, rename, hook, plain, wrong, pieces] });

function send(path: string, init: RequestInit = {}): Promise<Response> {
  return handler(new Request(ORIGIN + path, init));
}

describe("a view", () => {
  it("that reads is passed through", async () => {
    const response = await get("/users/5/");
    expect([await response.text(), response.headers.get("A")]).toEqual(["User 5", "b"]);
    expect(response.headers.has("Cache-Control")).toBe(false);
    const head = await send("/users/5/", { method: "HEAD" });
    expect([head.headers.get("Content-Length"), await head.text()]).toEqual(["6", ""]);
  });

  it("that changes something says so, and takes query, form and route", async () => {
    const form = new URLSearchParams({ name: "Ada + Eda", other: "x", day: "1" });
    form.append("tags", "1");
    form.append("tags", "2");
    const response = await send("/users/5/?name=no&day=2", { method: "POST", body: form });
    expect([response.status, response.statusText]).toEqual([201, "Made"]);
    expect(Object.fromEntries(response.headers)).toMatchObject({
      "cache-control": "no-store",
      "set-cookie": "seen=1",
      "x-mizan-invalidate": "user;user_id=5",
    });
    expect(await response.json()).toEqual({
      user_id: 5,
      rest: { name: "Ada + Eda", tags: [1, 2], day: "1" },
      again: form.toString(),
    });
  });

  it.each<[string, RequestInit, number, string | null]>([
    ["/users/5/", { method: "DELETE" }, 405, "GET"],
    ["/plain/a/", {}, 405, "POST"],
    ["/users/x/?name=a", { method: "POST" }, 422, null],
    ["/users/5/", { method: "POST" }, 422, null],
    ["/users/%/", {}, 404, null],
    ["/users//", {}, 404, null],
    ["/users/5", {}, 404, null],
    ["/others/5/", {}, 404, null],
    ["/wrong/", { method: "POST" }, 500, null],
  ])("refuses %s %j: %d", async (path, init, status, allow) => {
    const response = await send(path, init);
    expect([response.status, response.headers.get("Allow")]).toEqual([status, allow]);
    expect(response.headers.get("Content-Type")).toBe("application/problem+json");
  });

  it("names a route's parameter that is wrong", async () => {
    const { errors } = await problem(send("/users/x/?name=a", { method: "PUT" }));
    expect(errors).toMatchObject([{ pointer: "/user_id", code: "coerce.lexical" }]);
    const { errors: more } = await problem(send("/users/5/?name=a&tags=x", { method: "PUT" }));
    expect(more).toMatchObject([{ pointer: "/tags/0" }]);
  });

  it("is no call, and may not be forged", async () => {
    expect((await call("show")).status).toBe(404);
    const headers = { Origin: "http://evil.example", "Content-Type": "text/plain" };
    const response = await send("/users/5/?name=a", { method: "POST", headers, body: "x" });
    expect((await problem(response)).code).toBe("csrf");
    const own = { ...headers, "Content-Type": "application/json" };
    expect((await send("/users/5/?name=a", { method: "POST", headers: own })).status).toBe(201);
  });

  it("that is private has its body left alone, without any check of CSRF", async () => {
    const headers = { Cookie: "session=1" };
    const form = new URLSearchParams({ a: "1" });
    const response = await send("/hooks/x/y", { method: "POST", headers, body: form });
    expect((await problem(response)).code).toBe("validation"); // it takes neither a nor b
    const bare = client(
      { name: "bare", private: true, affects: stock, route: "/hook/" },
      async (_, { request }) => new Response(await request.text()),
    );
    const other = serve({ functions: [bare, pieces] });
    const told = await other.handler(
      new Request(`${ORIGIN}/hook/`, { method: "POST", headers, body: form }),
    );
    expect([told.status, await told.text()]).toEqual([200, "a=1"]);
    expect((await other.call("bare")).status).toBe(403);
  });

  it("decodes its route", async () => {
    const response = await send("/plain/%C3%A9%2F/", { method: "POST" });
    expect(await response.text()).toBe("é/");
  });

  it("refuses forms that cannot be read, and those that are too large", async () => {
    const headers = { "Content-Type": "multipart/form-data; boundary=x" };
    const bad = await send("/users/5/", { method: "POST", headers, body: "--y" });
    expect(bad.status).toBe(400);
    const small = serve({ functions: [rename, show], bodyLimit: 10 });
    const body_ = new URLSearchParams({ name: "x".repeat(20) });
    const large = new Request(`${ORIGIN}/users/5/`, { method: "POST", body: body_ });
    expect((await small.handler(large)).status).toBe(413);
  });
});

describe("a call with files", () => {
  const upload = client(
    {
      name: "upload",
      input: args({ one: file, many: { type: "array", items: file }, note: text }, ["one"]),
    },
    async (given: { one: File; many?: File[]; note?: string }) => ({
      one: await given.one.text(),
      many: (given.many ?? []).map(({ name }) => name),
      note: given.note ?? null,
    }),
  );
  const { app, handler: handle } = serve({ functions: [upload] });

  function post(form: FormData): Promise<Response> {
    return handle(new Request(`${ORIGIN}/mizan/call/`, { method: "POST", body: form }));
  }

  it("is multipart", async () => {
    const form = new FormData();
    form.set("call", JSON.stringify({ function: "upload", args: { note: "hi" } }));
    form.set("one", new File(["content"], "one.txt"));
    form.append("many", new File(["1"], "1.txt"));
    form.append("many", new File(["2"], "2.txt"));
    form.append("other", "x");
    expect(await body(post(form))).toEqual({
      result: { one: "content", many: ["1.txt", "2.txt"], note: "hi" },
    });
    expect(app.clientSchema.functions["upload"]?.upload).toBe(true);
  });

  it("may have its JSON in a file, and must have it", async () => {
    const form = new FormData();
    form.set("one", new File(["content"], "one.txt"));
    expect((await problem(post(form))).detail).toContain('needs a part "call"');
    form.set("call", new File(['{"function":"upload"}'], "call.json"));
    expect((await post(form)).status).toBe(200);
    form.set("call", "{");
    expect((await post(form)).status).toBe(400);
  });
});

it("throws problems of its own", async () => {
  const gone = client({ name: "gone", route: "/gone/", methods: ["GET"] }, () => {
    throw new Problem("not_found", "It is gone.", { status: 410 });
  });
  const response = await serve({ functions: [gone] }).get("/gone/");
  expect(await problem(response)).toMatchObject({ status: 410, title: "Gone" });
});

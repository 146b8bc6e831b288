import { describe, expect, it, vi } from "vitest";
import { faults } from "../../testing/test/faults.js";
import { AppError, client, Problem, ResultInvalid } from "../src/index.js";
import { args, body, problem, serve, shop, SoldOut, stock, text } from "./shop.js";

const INVALIDATE = "X-Mizan-Invalidate";

describe("a call", () => {
  it("has its result, and what it made stale, in body and header", async () => {
    const { call, app } = shop();
    const response = await call("update_name", { user_id: 5, name: "Eda" });
    expect(response.status).toBe(200);
    expect(Object.fromEntries(response.headers)).toMatchObject({
      "content-type": "application/json",
      "cache-control": "no-store",
      "x-mizan-invalidate": "user;user_id=5",
    });
    expect(response.headers.get("X-Mizan-Schema")).toMatch(/^[0-9a-f]{64}$/);
    const said = await response.text();
    expect(said).toBe('{"invalidate":[{"context":"user","params":{"user_id":5}}],"result":"Eda"}');
    expect(faults("result", JSON.parse(said))).toEqual([]);
    expect(faults("client-schema", app.clientSchema)).toEqual([]);
    expect(faults("manifest", app.manifest)).toEqual([]);
  });

  it("has neither where nothing is stale", async () => {
    const ping = client({ name: "ping", output: text }, () => "pong");
    const response = await serve({ functions: [ping] }).call("ping");
    expect(response.headers.has(INVALIDATE)).toBe(false);
    expect(await response.text()).toBe('{"result":"pong"}');
  });

  it("joins what nested calls and invalidate make stale", async () => {
    const { call, state } = shop();
    const response = await call("both", { user_id: 5 });
    expect(response.headers.get(INVALIDATE)).toBe(
      "stock, user/user_profile;user_id=8, user;user_id=5",
    );
    expect(state.names.get(5)).toBe("Both");
  });

  it("makes null of nothing returned", async () => {
    const quiet = client({ name: "quiet", output: { type: "null" } }, () => undefined);
    expect(await body(serve({ functions: [quiet] }).call("quiet"))).toEqual({ result: null });
  });

  it("sends the fields that a function adds", async () => {
    const login = client({ name: "login" }, (_, { headers }) => {
      headers.append("Set-Cookie", "a=1");
      headers.append("Set-Cookie", "b=2");
      headers.set("Content-Type", "text/html");
    });
    const response = await serve({ functions: [login] }).call("login");
    expect(response.headers.getSetCookie()).toEqual(["a=1", "b=2"]);
    expect(response.headers.get("Content-Type")).toBe("application/json");
  });

  it("keeps null and absent apart", async () => {
    const seen = client(
      {
        name: "seen",
        input: args({ a: { type: ["integer", "null"] }, b: { type: ["integer", "null"] } }, []),
      },
      (given: Record<string, number | null>) => Object.keys(given),
    );
    const { call } = serve({ functions: [seen] });
    expect(await body(call("seen", { a: null }))).toEqual({ result: ["a"] });
  });
});

describe("a refusal", () => {
  it.each([
    ["nobody", {}, 404, "not_found"],
    ["secret", {}, 403, "private"],
    ["\ud800", {}, 400, "malformed"],
    ["x".repeat(99), {}, 404, "not_found"],
    ["take", { pieces: "1" }, 422, "validation"],
  ])("says of %s %j: %d %s", async (name, given, status, code) => {
    const response = await shop().call(name, given);
    expect(response.status).toBe(status);
    expect(response.headers.get("Content-Type")).toBe("application/problem+json");
    expect(response.headers.get("Cache-Control")).toBe("no-store");
    const document = await problem(response);
    expect(document.code).toBe(code);
    expect(faults("error", document)).toEqual([]);
  });

  it("names every argument", async () => {
    const { call } = shop();
    const given = { user_id: "5", extra: 1, "a/b~": 2 };
    const { errors = [] } = await problem(call("update_name", given));
    expect(errors.map(({ pointer }) => pointer)).toEqual(["/name", "/user_id"]);
    const { errors: more = [], detail } = await problem(call("take", { pieces: 1, "a/b~": 2 }));
    expect(more).toEqual([
      {
        code: "additional_properties",
        detail: 'There is no argument "a/b~".',
        pointer: "/a~1b~0",
      },
    ]);
    expect(detail).toBe("1 argument is not valid.");
  });

  it.each<[string, RequestInit, number, string]>([
    ["GET", {}, 405, "method_not_allowed"],
    ["a type", { method: "POST", body: "{}" }, 415, "unsupported_media_type"],
    ["no JSON", { method: "POST", body: new Uint8Array([123]) }, 400, "malformed"],
    ["no body", { method: "POST" }, 400, "malformed"],
    ["no call", { method: "POST", body: new TextEncoder().encode("[]") }, 400, "malformed"],
    [
      "no args",
      { method: "POST", body: new TextEncoder().encode('{"function":"take","args":1}') },
      400,
      "malformed",
    ],
    ["too much", { method: "POST", body: new Uint8Array(2000) }, 413, "too_large"],
  ])("refuses %s", async (_, init, status, code) => {
    const { handler } = shop({ bodyLimit: 1000 });
    const response = await handler(new Request("http://shop.example/mizan/call/", init));
    expect(response.status).toBe(status);
    expect((await problem(response)).code).toBe(code);
    if (status === 405) expect(response.headers.get("Allow")).toBe("POST");
  });

  it("refuses a long body by its length, and by what comes", async () => {
    const { handler } = shop({ bodyLimit: 1000 });
    const url = "http://shop.example/mizan/call/";
    const told = new Request(url, {
      method: "POST",
      headers: { "Content-Length": "1001" },
      body: new Uint8Array(1),
    });
    expect((await handler(told)).status).toBe(413);
    let sent = 0;
    const endless = new ReadableStream({
      pull(controller) {
        sent += 1;
        controller.enqueue(new Uint8Array(600));
      },
    });
    const init = { method: "POST", body: endless, duplex: "half" } as RequestInit;
    expect((await handler(new Request(url, init))).status).toBe(413);
    expect(sent).toBeLessThan(5);
  });

  it("says so where a body ends too early", async () => {
    const { handler } = shop();
    const broken = new ReadableStream({
      pull() {
        throw new Error("gone");
      },
    });
    const init = { method: "POST", body: broken, duplex: "half" } as RequestInit;
    const response = await handler(new Request("http://shop.example/mizan/call/", init));
    expect(await problem(response)).toMatchObject({ code: "malformed", status: 400 });
  });

  it("is of the path", async () => {
    const { get } = shop();
    for (const path of ["/", "/mizan/", "/mizan/ctx/", "/mizan/ctx/user", "/mizan/ctx/no/"]) {
      expect((await get(path)).status).toBe(404);
    }
  });
});

describe("an error of the application", () => {
  it("is told where the function declares it", async () => {
    const { call } = shop();
    expect(await problem(call("take", { pieces: 9 }))).toMatchObject({
      code: "app.sold_out",
      status: 409,
      detail: "Take less.",
      data: { left: 3 },
    });
  });

  it.each([
    ["undeclared", [], () => new SoldOut("no", { left: 1 })],
    ["another's", [SoldOut], () => new AppError("no")],
    ["data that are none", [SoldOut], () => new SoldOut("no", { left: "x" } as never)],
    ["no data", [SoldOut], () => new SoldOut("no")],
  ])("is unexpected where it is %s", async (_, errors, make) => {
    const report = vi.fn();
    const fails = client({ name: "fails", errors }, () => {
      throw make();
    });
    const response = await serve({ functions: [fails], report }).call("fails");
    expect(await problem(response)).toEqual({
      type: "https://w3id.org/mizan/v1/errors/internal",
      title: "Internal Server Error",
      status: 500,
      code: "internal",
    });
    expect(report).toHaveBeenCalledOnce();
  });
});

describe("what is unexpected", () => {
  const results = [5, NaN, { a: "\ud800" }, [new Date()], () => 1];

  it.each(results)("is a result that is not declared: %j", async (result) => {
    const report = vi.fn();
    const output = { not: { type: ["null", "integer"] } };
    const wrong = client({ name: "wrong", output }, () => result);
    const response = await serve({ functions: [wrong], report }).call("wrong");
    expect(response.status).toBe(500);
    expect(report.mock.calls[0]?.[0]).toBeInstanceOf(ResultInvalid);
  });

  it.each<[string, unknown]>([
    ["an error", new Error("secret \ud800")],
    ["a text", "secret"],
    ["nothing", undefined],
    ["a status that there is not", new Problem("internal", "secret", { status: 99 })],
    ["a field that there is not", new Problem("internal", "", { headers: { "a b": "" } })],
    ["data that are none", new Problem("app.x", "", { data: { a: NaN } })],
  ])("is told to nobody but the server, and in debugging: %s", async (_, thrown) => {
    const fails = client({ name: "fails" }, () => {
      throw thrown;
    });
    const quiet = await serve({ functions: [fails] }).call("fails");
    expect([quiet.status, await quiet.text()]).toEqual([500, expect.not.stringContaining("sec")]);
    const loud = await serve({ functions: [fails], debug: true }).call("fails");
    expect((await problem(loud)).detail).toBeTypeOf("string");
  });

  it("is on the console without report, and where report fails", async () => {
    const log = vi.spyOn(console, "error").mockReturnValue();
    const fails = client({ name: "fails" }, () => {
      throw new Error("secret");
    });
    const functions = [fails];
    await serve({ functions, report: undefined as never }).call("fails");
    expect(log).toHaveBeenLastCalledWith(new Error("secret"));
    const report = (): void => {
      throw new Error("also this");
    };
    expect((await serve({ functions, report }).call("fails")).status).toBe(500);
    expect(log).toHaveBeenLastCalledWith(new Error("also this"));
    log.mockRestore();
  });

  it("reports what it may have changed all the same", async () => {
    const late = client({ name: "late", affects: stock }, () => {
      throw new Problem("forbidden", "Too late.");
    });
    const { pieces } = shop().functions;
    const response = await serve({ functions: [late, pieces] }).call("late");
    expect([response.status, response.headers.get(INVALIDATE)]).toEqual([403, "stock"]);
  });
});

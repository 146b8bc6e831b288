// @vitest-environment jsdom
import { callHook } from "@mizan/react";
import { fieldErrors } from "@mizan/react/forms";
import { MizanError } from "@mizan/runtime";
import { cleanup, fireEvent } from "@testing-library/react";
import { useForm, type FieldErrors } from "react-hook-form";
import { afterEach, describe, expect, it } from "vitest";
import { problem } from "../../runtime/test/fake.js";
import { answer, page, settle, type Page } from "./support.js";

afterEach(cleanup);

const at = (pointer: string, code = "missing", detail = "Field required") => ({
  pointer,
  code,
  detail,
});
const refused = (...errors: object[]) =>
  new MizanError<never>("validation", "Not valid", 422, { errors: errors as never });

describe("fieldErrors", () => {
  it("nests what is nested", () => {
    expect(fieldErrors(refused(at("/name"), at("/address/city"), at("/rows/1/a~1b~0")))).toEqual({
      name: { type: "missing", message: "Field required" },
      address: { city: { type: "missing", message: "Field required" } },
      // eslint-disable-next-line no-sparse-arrays -- the first row has no error
      rows: [, { "a/b~": { type: "missing", message: "Field required" } }],
    });
  });

  it("shows the first of a field's errors, and those of its parts", () => {
    const error = refused(at("/a", "one", "One"), at("/a", "two", "Two"), at("/a/b"));
    expect(fieldErrors(error)).toEqual({
      a: { type: "one", message: "One", b: { type: "missing", message: "Field required" } },
    });
  });

  it("has what is about no field under root", () => {
    const root = { serverError: { type: "app.taken", message: "Taken" } };
    expect(fieldErrors(new MizanError("app.taken", "Taken", 409))).toEqual({ root });
    const serverError = { type: "missing", message: "Field required" };
    expect(fieldErrors(refused(at("")))).toEqual({ root: { serverError } });
  });

  it("is nothing where there is no error, and one object for one error", () => {
    expect(fieldErrors(undefined)).toBeUndefined();
    const error = refused(at("/a"));
    expect(fieldErrors(error)).toBe(fieldErrors(error));
  });

  it("touches no prototype, whatever a server calls a field", () => {
    const found = fieldErrors(refused(at("/__proto__/message"), at("/rows/0/constructor/x")));
    expect(Object.getOwnPropertyNames(found)).toEqual(["__proto__", "rows"]);
    expect({}).not.toHaveProperty("message");
    expect(Object).not.toHaveProperty("x");
  });
});

interface Order {
  name: string;
  address: { city: string };
  rows: { quantity: number }[];
}
const usePlace = callHook<Order, null, "app.closed">({ name: "place" });
const VALUES: Order = { name: "Ada", address: { city: "" }, rows: [{ quantity: 0 }] };

/** A form whose errors are the server's. */
function Form() {
  const { call, error } = usePlace();
  const errors = fieldErrors<FieldErrors<Order>>(error);
  const { register, handleSubmit, formState } = useForm<Order>({
    defaultValues: VALUES,
    ...(errors && { errors }),
  });
  const { address, rows, root } = formState.errors;
  const submit = handleSubmit(async (values) => {
    await call(values).catch(() => undefined);
  });
  return (
    <form onSubmit={(event) => void submit(event)}>
      <input {...register("name")} />
      <input aria-label="city" {...register("address.city")} />
      <p>{address?.city?.message}</p>
      <input {...register("rows.0.quantity")} />
      <p>{rows?.[0]?.quantity?.message}</p>
      <p>{root?.["serverError"]?.message}</p>
      <button />
    </form>
  );
}

/** The same with setError. */
function FormOfCalls() {
  const { call } = usePlace();
  const { register, handleSubmit, setError, formState } = useForm<Order>({ defaultValues: VALUES });
  const { name, root } = formState.errors;
  const submit = handleSubmit(async (values) => {
    await call(values).catch((error: unknown) => {
      const found = fieldErrors(error as MizanError<string>);
      if (found?.["name"]) setError("name", found["name"]);
      if (found?.["root"]?.["serverError"]) setError("root", found["root"]["serverError"]);
    });
  });
  return (
    <form onSubmit={(event) => void submit(event)}>
      <input {...register("name")} />
      <p>{name?.message}</p>
      <p>{root?.message}</p>
      <button />
    </form>
  );
}

async function submit(opened: Page): Promise<void> {
  fireEvent.click(opened.getByRole("button"));
  await settle();
}

const texts = ({ container }: Page) =>
  [...container.querySelectorAll("p")].map(({ textContent }) => textContent);

describe("with react-hook-form", () => {
  it("shows the server's errors beside the fields, until they are edited and sent anew", async () => {
    const opened = page(<Form />);
    await submit(opened);
    const errors = [
      at("/address/city", "missing", "Say a city"),
      at("/rows/0/quantity", "gt", "> 0"),
    ];
    await answer(opened, ...problem("validation", 422, { errors }));
    expect(texts(opened)).toEqual(["Say a city", "> 0", ""]);
    fireEvent.change(opened.getByLabelText("city"), { target: { value: "London" } });
    await settle();
    await submit(opened);
    expect(opened.net.sent).toHaveLength(2);
    expect(opened.net.last().body).toMatchObject({ args: { address: { city: "London" } } });
    await answer(opened, ...problem("app.closed", 409, { detail: "Closed" }));
    expect(texts(opened)).toEqual(["", "", "Closed"]);
  });

  it("feeds setError", async () => {
    const opened = page(<FormOfCalls />);
    await submit(opened);
    await answer(opened, ...problem("validation", 422, { errors: [at("/name")] }));
    expect(texts(opened)).toEqual(["Field required", ""]);
    await submit(opened);
    await answer(opened, ...problem("app.closed", 409, { detail: "Closed" }));
    expect(texts(opened)).toEqual(["", "Closed"]);
  });
});

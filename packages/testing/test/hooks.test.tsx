// @vitest-environment jsdom
import { createClient } from "@mizan/runtime";
import { callHook, contextHook, MizanProvider } from "@mizan/react";
import { connect, callOptions, contextOptions } from "@mizan/tanstack-query";
import { QueryClient, QueryClientProvider, useMutation, useQuery } from "@tanstack/react-query";
import { cleanup, fireEvent, render, screen } from "@testing-library/react";
import { setupServer } from "msw/node";
import { afterAll, afterEach, beforeAll, expect, it } from "vitest";
import { mizanHandlers, onCall, onContext, problem } from "../src/index.js";
import { schema, updateName, user } from "./shop.js";

let name = "Ada";

const mizan = mizanHandlers(schema, [
  onContext(user, () => ({ user_profile: { name } })),
  onCall(updateName, (args) => {
    name = args.name ?? "";
    return { saved: name };
  }),
]);
const server = setupServer(...mizan);

beforeAll(() => {
  server.listen({ onUnhandledRequest: "error" });
});
afterEach(() => {
  cleanup();
  mizan.reset();
  name = "Ada";
});
afterAll(() => {
  server.close();
});

const useUser = contextHook(user);
const useUpdateName = callHook(updateName);

function Profile() {
  const { data, error } = useUser({ user_id: 5 });
  const { call, error: refusal } = useUpdateName();
  const save = (): void => {
    call({ user_id: 5, name: "Bob" }).catch(() => undefined);
  };
  return (
    <button onClick={save}>
      {refusal?.code ?? error?.code ?? data?.user_profile.name ?? "loading"}
    </button>
  );
}

const client = () => createClient({ baseUrl: "/api/mizan/" });

it("serves the hooks of @mizan/react", async () => {
  render(
    <MizanProvider client={client()}>
      <Profile />
    </MizanProvider>,
  );
  fireEvent.click(await screen.findByText("Ada"));
  expect(await screen.findByText("Bob")).toBeDefined();
});

it("fails as the test says", async () => {
  mizan.use(onCall(updateName, problem("app.taken")));
  render(
    <MizanProvider client={client()}>
      <Profile />
    </MizanProvider>,
  );
  fireEvent.click(await screen.findByText("Ada"));
  expect(await screen.findByText("app.taken")).toBeDefined();
});

it("serves the hooks of TanStack Query", async () => {
  const own = client();
  const queryClient = new QueryClient();
  const end = connect(own, queryClient);
  function Name() {
    const { data } = useQuery(contextOptions(own, user, { user_id: 5 }));
    const { mutate } = useMutation(callOptions(own, updateName));
    const save = (): void => {
      mutate({ user_id: 5, name: "Bob" });
    };
    return <button onClick={save}>{data?.user_profile.name ?? "loading"}</button>;
  }
  render(
    <QueryClientProvider client={queryClient}>
      <Name />
    </QueryClientProvider>,
  );
  fireEvent.click(await screen.findByText("Ada"));
  expect(await screen.findByText("Bob")).toBeDefined();
  end();
});

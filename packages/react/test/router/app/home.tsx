/** A page whose loader has fetched one part, and whose other part is streamed. */

import { contextHook, suspenseHook } from "@mizan/react";
import { Hydrate, Streamed } from "@mizan/react/hydrate";
import { createClient, prefetch, type MizanContext } from "@mizan/runtime";
import { dehydrate } from "@mizan/runtime/hydrate";
import { Suspense } from "react";
import { useLoaderData, type LoaderFunctionArgs } from "react-router";

const USER: MizanContext<object, { text: string }> = { name: "user" };
const CART: MizanContext<object, { text: string }> = { name: "cart" };
const useSuspenseUser = suspenseHook(USER);
const useCart = contextHook(CART);

export async function loader({ request }: LoaderFunctionArgs) {
  const cookie = request.headers.get("cookie") ?? "";
  const baseUrl = new URL("/api/", request.url).href;
  const client = createClient({ baseUrl, headers: () => ({ cookie }), gcTime: Infinity });
  await prefetch(client, CART, {});
  return { slices: dehydrate(client) };
}

function User() {
  return <p id="user">{useSuspenseUser().text}</p>;
}

function Cart() {
  return <p id="cart">{useCart().data?.text}</p>;
}

export default function Home() {
  const { slices } = useLoaderData<typeof loader>();
  return (
    <Hydrate slices={slices}>
      <Cart />
      <Suspense fallback={<i>user...</i>}>
        <Streamed>
          <User />
        </Streamed>
      </Suspense>
    </Hydrate>
  );
}

// The page on TanStack Query, with invalidateQueries by hand as its guide says; the same endpoints.
import "./probe.js";
import {
  QueryClient,
  QueryClientProvider,
  useMutation,
  useQuery,
  useQueryClient,
} from "@tanstack/react-query";
import type {
  NotificationsData,
  OrdersData,
  OrderShape,
  ProductsData,
  ProfileData,
} from "./mizan/types.js";
import { CUSTOMER, show } from "./view.js";

const client = new QueryClient();
const whose = `?customer_id=${CUSTOMER}`;

async function read<Data>(url: string, signal: AbortSignal): Promise<Data> {
  const response = await fetch(`/api/mizan/ctx/${url}`, { signal });
  if (!response.ok) throw new Error(`The server answered ${url} with ${response.status}`);
  return (await response.json()) as Data;
}

async function addOne(orderId: number): Promise<OrderShape> {
  const response = await fetch("/api/mizan/call/", {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({
      function: "add_one",
      args: { customer_id: CUSTOMER, order_id: orderId },
    }),
  });
  if (!response.ok) throw new Error(`The server answered the call with ${response.status}`);
  return ((await response.json()) as { result: OrderShape }).result;
}

show(
  {
    useProfile: () =>
      useQuery({
        queryKey: ["profile", CUSTOMER],
        queryFn: ({ signal }) => read<ProfileData>(`profile/${whose}`, signal),
      }).data?.profile,
    useOrders: () =>
      useQuery({
        queryKey: ["orders", CUSTOMER],
        queryFn: ({ signal }) => read<OrdersData>(`orders/${whose}`, signal),
      }).data?.orders,
    useUnread: () =>
      useQuery({
        queryKey: ["notifications", CUSTOMER],
        queryFn: ({ signal }) => read<NotificationsData>(`notifications/${whose}`, signal),
      }).data?.unread,
    useProducts: () =>
      useQuery({
        queryKey: ["products"],
        queryFn: ({ signal }) => read<ProductsData>("products/", signal),
      }).data?.products,
    useAddOne: () => {
      const queries = useQueryClient();
      const { mutate, isPending } = useMutation({
        mutationFn: addOne,
        onSuccess: () =>
          Promise.all([
            queries.invalidateQueries({ queryKey: ["orders", CUSTOMER] }),
            queries.invalidateQueries({ queryKey: ["notifications", CUSTOMER] }),
          ]),
      });
      return { isPending, run: mutate };
    },
  },
  (page) => <QueryClientProvider client={client}>{page}</QueryClientProvider>,
);

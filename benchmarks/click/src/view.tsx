// The page, the same for both contenders: what they bring are the hooks. Each component counts how
// often it is drawn.
import { memo, type ReactElement, type ReactNode } from "react";
import { createRoot } from "react-dom/client";
import type { CustomerShape, OrderShape, ProductShape } from "./mizan/types.js";
import { drawn } from "./probe.js";

export interface Hooks {
  readonly useProfile: () => CustomerShape | undefined;
  readonly useOrders: () => readonly OrderShape[] | undefined;
  readonly useUnread: () => number | undefined;
  readonly useProducts: () => readonly ProductShape[] | undefined;
  readonly useAddOne: () => { readonly run: (orderId: number) => void; readonly isPending: boolean };
}

/** The customer whose page this is, and the order that the button changes. */
export const CUSTOMER = Number(new URLSearchParams(location.search).get("customer"));
const ORDER = Number(new URLSearchParams(location.search).get("order"));

const OrderRow = memo(function OrderRow({ order }: { readonly order: OrderShape }) {
  drawn(order.id === ORDER ? "related" : "unrelated");
  return (
    <li data-order={order.id}>
      {order.product_id}: {order.quantity}
    </li>
  );
});

const ProductRow = memo(function ProductRow({ product }: { readonly product: ProductShape }) {
  drawn("unrelated");
  return <li>{product.title}</li>;
});

function makePage(hooks: Hooks): () => ReactElement {
  function Profile(): ReactElement {
    drawn("unrelated");
    return <h1>{hooks.useProfile()?.name}</h1>;
  }
  function Orders(): ReactElement {
    drawn("related");
    return <ul>{hooks.useOrders()?.map((each) => <OrderRow key={each.id} order={each} />)}</ul>;
  }
  function Unread(): ReactElement {
    drawn("related");
    return <output id="unread">{hooks.useUnread()}</output>;
  }
  function Products(): ReactElement {
    drawn("unrelated");
    return <ul>{hooks.useProducts()?.map((each) => <ProductRow key={each.id} product={each} />)}</ul>;
  }
  function AddOne(): ReactElement {
    drawn("related");
    const { run, isPending } = hooks.useAddOne();
    return (
      <button
        aria-busy={isPending}
        onClick={() => {
          run(ORDER);
        }}
      >
        One more
      </button>
    );
  }
  return () => (
    <>
      <AddOne />
      <Profile />
      <Unread />
      <Orders />
      <Products />
    </>
  );
}

/** Shows the page within what a contender's hooks want around them. */
export function show(hooks: Hooks, around: (page: ReactNode) => ReactNode): void {
  const Page = makePage(hooks);
  const root = document.createElement("main");
  document.body.append(root);
  createRoot(root).render(around(<Page />));
}

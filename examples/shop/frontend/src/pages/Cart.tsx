/** The cart, which needs no account; buying does. */

import { useState } from "react";
import type { ReactElement } from "react";
import { told } from "../message.js";
import { useCart, usePlaceOrder, useRemoveFromCart, useSession } from "../mizan/react.js";
import type { CartShape } from "../mizan/types.js";
import { at, go, Link } from "../router.js";
import { useAsk } from "../session.js";
import { Dialog } from "../ui/Dialog.js";
import { price } from "../ui/format.js";
import { Load } from "../ui/Load.js";
import { Page } from "../ui/Page.js";

export function Cart(): ReactElement {
  const cart = useCart();
  return (
    <Page title="Cart">
      <Load of={cart} context="cart">
        {({ cart: shown }) => (shown.lines.length ? <Lines cart={shown} /> : <Empty />)}
      </Load>
    </Page>
  );
}

function Empty(): ReactElement {
  return (
    <div className="empty">
      <p>The cart is empty.</p>
      <Link to={at()}>Look at the products</Link>
    </div>
  );
}

function Lines({ cart }: { readonly cart: CartShape }): ReactElement {
  const remove = useRemoveFromCart();
  return (
    <>
      <table aria-label="Cart">
        <thead>
          <tr>
            <th scope="col">Product</th>
            <th scope="col" className="number">
              Pieces
            </th>
            <th scope="col" className="number">
              Price
            </th>
            <td />
          </tr>
        </thead>
        <tbody>
          {cart.lines.map(({ product: { id, name }, quantity, total }) => (
            <tr key={id}>
              <th scope="row">
                <Link to={at("products", id)}>{name}</Link>
              </th>
              <td className="number">{quantity}</td>
              <td className="number">{price(total)}</td>
              <td className="number">
                <button
                  type="button"
                  className="plain"
                  aria-label={`Remove ${name}`}
                  disabled={remove.isPending}
                  onClick={() =>
                    void told(remove.call({ product_id: id }), () => `${name} is out of the cart.`)
                  }
                >
                  Remove
                </button>
              </td>
            </tr>
          ))}
        </tbody>
        <tfoot>
          <tr>
            <th scope="row">Total</th>
            <td />
            <td className="number">
              <strong>{price(cart.total)}</strong>
            </td>
            <td />
          </tr>
        </tfoot>
      </table>
      <Buy total={cart.total} />
    </>
  );
}

function Buy({ total }: { readonly total: string }): ReactElement {
  const { data } = useSession();
  const ask = useAsk();
  const place = usePlaceOrder();
  const [isSure, setSure] = useState(false);
  const buy = async (): Promise<void> => {
    const placed = await told(place.call(), ({ id }) => `Thank you for order ${id}.`);
    if (placed) go(at("orders", placed.id));
    else setSure(false);
  };
  if (!data?.me) {
    return (
      <div className="actions">
        <button type="button" onClick={ask}>
          Sign in to order
        </button>
      </div>
    );
  }
  return (
    <div className="actions">
      <button
        type="button"
        onClick={() => {
          setSure(true);
        }}
      >
        Place order
      </button>
      {isSure && (
        <Dialog
          title="Place the order?"
          onClose={() => {
            setSure(false);
          }}
        >
          <p>
            You pay {price(total)}, as {data.me.username}.
          </p>
          <p className="actions">
            <button
              type="button"
              className="plain"
              onClick={() => {
                setSure(false);
              }}
            >
              Back
            </button>
            <button type="button" disabled={place.isPending} onClick={() => void buy()}>
              Buy now
            </button>
          </p>
        </Dialog>
      )}
    </div>
  );
}

/** The customer's orders, by status and page. */

import { useState } from "react";
import type { ReactElement } from "react";
import { told } from "../message.js";
import { useCancelOrder, useOrders } from "../mizan/react.js";
import type { OrderShape } from "../mizan/types.js";
import { at, Link, pageOf, useAddress } from "../router.js";
import { SignedIn } from "../session.js";
import { Dialog } from "../ui/Dialog.js";
import { count, price, when } from "../ui/format.js";
import { Load } from "../ui/Load.js";
import { Page } from "../ui/Page.js";
import { Pager, Status, StatusFilter, statusOf } from "../ui/Pager.js";

export function Orders(): ReactElement {
  return (
    <Page title="Orders">
      <SignedIn>{() => <List />}</SignedIn>
    </Page>
  );
}

function List(): ReactElement {
  const address = useAddress();
  const status = statusOf(address);
  const list = useOrders({ status: status ?? null, page: pageOf(address) }, { keepPrevious: true });
  return (
    <>
      <StatusFilter />
      <Load of={list} context="orders">
        {({ orders, order_pages: pages }, isPlaceholder) => (
          <>
            {orders.length === 0 && <p className="empty">There is no such order.</p>}
            {orders.length > 0 && <Table orders={orders} />}
            <Pager pages={pages} isPlaceholder={isPlaceholder} />
          </>
        )}
      </Load>
    </>
  );
}

function Table({ orders }: { readonly orders: readonly OrderShape[] }): ReactElement {
  return (
    <table aria-label="Orders">
      <thead>
        <tr>
          <th scope="col">Order</th>
          <th scope="col" className="wide">
            Placed
          </th>
          <th scope="col">Status</th>
          <th scope="col" className="number">
            Total
          </th>
          <td />
        </tr>
      </thead>
      <tbody>
        {orders.map((order) => (
          <tr key={order.id}>
            <th scope="row">
              <Link to={at("orders", order.id)}>Order {order.id}</Link>
              <small>{count(order.lines.length, "product")}</small>
            </th>
            <td className="wide">{when(order.placed_at)}</td>
            <td>
              <Status of={order.status} />
            </td>
            <td className="number">{price(order.total)}</td>
            <td className="number">
              <Cancel order={order} label={`Cancel order ${order.id}`} text="Cancel" />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

export interface CancelProps {
  readonly order: OrderShape;
  readonly text: string;
  readonly label?: string;
}

/** Cancels an order that is not paid yet, after asking. */
export function Cancel({ order: { id, status }, text, label }: CancelProps): ReactElement | null {
  const [isSure, setSure] = useState(false);
  const cancel = useCancelOrder();
  const keep = (): void => {
    setSure(false);
  };
  const end = async (): Promise<void> => {
    await told(cancel.call({ order_id: id }), () => `Order ${id} is cancelled.`);
    keep();
  };
  if (status !== "placed") return null;
  return (
    <>
      <button
        type="button"
        className="plain"
        aria-label={label}
        onClick={() => {
          setSure(true);
        }}
      >
        {text}
      </button>
      {isSure && (
        <Dialog title={`Cancel order ${id}?`} onClose={keep}>
          <p>Its pieces go back to the shelf. This cannot be undone.</p>
          <p className="actions">
            <button type="button" className="plain" onClick={keep}>
              Keep it
            </button>
            <button
              type="button"
              className="danger"
              disabled={cancel.isPending}
              onClick={() => void end()}
            >
              Cancel the order
            </button>
          </p>
        </Dialog>
      )}
    </>
  );
}

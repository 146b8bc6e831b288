/** One order. */

import type { ReactElement } from "react";
import { useSuspenseOrder } from "../mizan/react.js";
import { at, Link } from "../router.js";
import { price, when } from "../ui/format.js";
import { Page } from "../ui/Page.js";
import { Status } from "../ui/Pager.js";
import { Cancel } from "./Orders.js";

export function Order({ id }: { readonly id: number }): ReactElement {
  const { order } = useSuspenseOrder({ order_id: id });
  return (
    <Page title={`Order ${id}`} aside={<Status of={order.status} />}>
      <p className="soft">Placed {when(order.placed_at)}</p>
      <table aria-label="Lines">
        <thead>
          <tr>
            <th scope="col">Product</th>
            <th scope="col" className="number">
              Pieces
            </th>
            <th scope="col" className="number">
              Each
            </th>
          </tr>
        </thead>
        <tbody>
          {order.lines.map((line) => (
            <tr key={line.product_id}>
              <th scope="row">
                <Link to={at("products", line.product_id)}>{line.name}</Link>
              </th>
              <td className="number">{line.quantity}</td>
              <td className="number">{price(line.price)}</td>
            </tr>
          ))}
        </tbody>
        <tfoot>
          <tr>
            <th scope="row">Total</th>
            <td />
            <td className="number">
              <strong>{price(order.total)}</strong>
            </td>
          </tr>
        </tfoot>
      </table>
      <div className="actions">
        <Link to={at("orders")}>All orders</Link>
        <Cancel order={order} text="Cancel order" />
      </div>
    </Page>
  );
}

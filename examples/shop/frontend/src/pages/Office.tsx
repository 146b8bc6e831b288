/** For the people who run the shop: the orders of everybody, and what runs out. */

import { fieldErrors } from "@mizan/react/forms";
import { useState } from "react";
import type { ReactElement } from "react";
import { told } from "../message.js";
import {
  useChangePrice,
  useOffice,
  useRestock,
  useSetOrderStatus,
  useStock,
} from "../mizan/react.js";
import type { OrderStatus, ProductShape, SoldShape } from "../mizan/types.js";
import { pageOf, useAddress } from "../router.js";
import { SignedIn } from "../session.js";
import { Field } from "../ui/Field.js";
import { price, when } from "../ui/format.js";
import { Load } from "../ui/Load.js";
import { Page } from "../ui/Page.js";
import { Pager, STATUSES, StatusFilter, statusOf } from "../ui/Pager.js";
import { Stock } from "./Products.js";

/** How many pieces are ordered at once. */
const PIECES = 10;

export function Office(): ReactElement {
  return (
    <Page title="Back office">
      <SignedIn>
        {({ runs_the_shop: may }) =>
          may ? (
            <>
              <Sold />
              <RunningOut />
            </>
          ) : (
            <p role="alert" className="failed">
              This is for those who run the shop.
            </p>
          )
        }
      </SignedIn>
    </Page>
  );
}

function Sold(): ReactElement {
  const address = useAddress();
  const status = statusOf(address);
  const list = useOffice({ status: status ?? null, page: pageOf(address) }, { keepPrevious: true });
  return (
    <section>
      <h2>Orders of everybody</h2>
      <StatusFilter />
      <Load of={list} context="office">
        {({ sold, sold_pages: pages }, isPlaceholder) => (
          <>
            {sold.length === 0 && <p className="empty">There is no such order.</p>}
            {sold.length > 0 && (
              <table aria-label="Orders of everybody">
                <thead>
                  <tr>
                    <th scope="col">Order</th>
                    <th scope="col">Customer</th>
                    <th scope="col" className="number">
                      Total
                    </th>
                    <th scope="col">Status</th>
                  </tr>
                </thead>
                <tbody>
                  {sold.map((order) => (
                    <Row key={order.id} order={order} />
                  ))}
                </tbody>
              </table>
            )}
            <Pager pages={pages} isPlaceholder={isPlaceholder} />
          </>
        )}
      </Load>
    </section>
  );
}

function Row({ order }: { readonly order: SoldShape }): ReactElement {
  const { id, status, customer } = order;
  const set = useSetOrderStatus();
  const change = (next: OrderStatus): void => {
    const work = set.call({ order_id: id, status: next });
    void told(work, () => `Order ${id} is ${STATUSES[next].toLowerCase()}.`);
  };
  return (
    <tr>
      <th scope="row">
        Order {id}
        <small className="wide">{when(order.placed_at)}</small>
      </th>
      <td>{customer.name}</td>
      <td className="number">{price(order.total)}</td>
      <td>
        <select
          aria-label={`Status of order ${id}`}
          value={status}
          disabled={status === "cancelled" || set.isPending}
          onChange={({ target }) => {
            change(target.value as OrderStatus);
          }}
        >
          {Object.entries(STATUSES).map(([value, name]) => (
            <option key={value} value={value}>
              {name}
            </option>
          ))}
        </select>
      </td>
    </tr>
  );
}

function RunningOut(): ReactElement {
  const stock = useStock();
  return (
    <section>
      <h2>Running out</h2>
      <Load of={stock} context="stock">
        {({ running_out: products }) => (
          <>
            {products.length === 0 && <p className="empty">There is enough of everything.</p>}
            <ul aria-label="Running out" className="feed">
              {products.map((product) => (
                <Few key={product.id} product={product} />
              ))}
            </ul>
          </>
        )}
      </Load>
    </section>
  );
}

function Few({ product }: { readonly product: ProductShape }): ReactElement {
  const { id, name, stock } = product;
  const [draft, setDraft] = useState<string>();
  const restock = useRestock();
  const changePrice = useChangePrice();
  const order = (): void => {
    const work = restock.call({ product_id: id, pieces: PIECES });
    void told(work, () => `${PIECES} more of ${name}.`);
  };
  const reprice = async (): Promise<void> => {
    const work = changePrice.call({ product_id: id, price: draft ?? product.price });
    if (await told(work, (found) => `${name} costs ${price(found.price)} now.`)) {
      setDraft(undefined);
    }
  };
  return (
    <li>
      <div>
        <strong>{name}</strong>
        <Stock of={stock} />
      </div>
      <form
        className="inline"
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          void reprice();
        }}
      >
        <Field
          label={`Price of ${name}`}
          name="price"
          inputMode="decimal"
          value={draft ?? product.price}
          error={fieldErrors(changePrice.error)?.["price"]?.message}
          onText={setDraft}
        />
        <button
          className="plain"
          aria-label={`Change price of ${name}`}
          disabled={changePrice.isPending}
        >
          Change
        </button>
        <button type="button" disabled={restock.isPending} onClick={order}>
          Restock<span className="hidden"> {name}</span>
        </button>
      </form>
    </li>
  );
}

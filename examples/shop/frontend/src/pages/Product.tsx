/** One product, and how often it was bought. */

import { useState } from "react";
import type { ReactElement } from "react";
import { told } from "../message.js";
import { useAddToCart, useSuspenseProduct } from "../mizan/react.js";
import { count, price } from "../ui/format.js";
import { Page } from "../ui/Page.js";
import { Stock, Tile } from "./Products.js";

const MOST = 99;

export function Product({ id }: { readonly id: number }): ReactElement {
  const { product, product_sales: sales } = useSuspenseProduct({ product_id: id });
  const [quantity, setQuantity] = useState("1");
  const add = useAddToCart();
  const submit = (): void => {
    const args = { product_id: id, quantity: Number(quantity) };
    void told(add.call(args), () => `${count(args.quantity, "piece")} of ${product.name} added.`);
  };
  return (
    <Page title={product.name}>
      <div className="product">
        <Tile name={product.name} />
        <div>
          <p className="lead">{product.description}</p>
          <p className="row">
            <strong className="price">{price(product.price)}</strong>
            <Stock of={product.stock} />
          </p>
          <p className="soft">
            Bought {count(sales.orders, "time")}, {count(sales.pieces, "piece")}
          </p>
          <form
            className="inline"
            onSubmit={(event) => {
              event.preventDefault();
              submit();
            }}
          >
            <label>
              Quantity
              <input
                type="number"
                min={1}
                max={MOST}
                required
                value={quantity}
                onChange={({ target }) => {
                  setQuantity(target.value);
                }}
              />
            </label>
            <button disabled={product.stock === 0 || add.isPending}>Add to cart</button>
          </form>
        </div>
      </div>
    </Page>
  );
}

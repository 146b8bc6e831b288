/** The list of products, with search, filter and pages. */

import { useDeferredValue } from "react";
import type { ReactElement } from "react";
import { told } from "../message.js";
import { useAddToCart, useCatalogue } from "../mizan/react.js";
import type { ProductShape } from "../mizan/types.js";
import { at, go, Link, pageOf, useAddress, withQuery } from "../router.js";
import { price } from "../ui/format.js";
import { Load } from "../ui/Load.js";
import { Page } from "../ui/Page.js";
import { Pager } from "../ui/Pager.js";

export function Products(): ReactElement {
  const address = useAddress();
  const search = address.searchParams.get("search") ?? "";
  const isInStock = address.searchParams.get("in_stock") === "true";
  const list = useCatalogue(
    // Who types fast is not asked for after each letter.
    { search: useDeferredValue(search), in_stock: isInStock, page: pageOf(address) },
    { keepPrevious: true },
  );
  return (
    <Page title="Products">
      <form
        role="search"
        className="search"
        onSubmit={(event) => {
          event.preventDefault();
        }}
      >
        <input
          type="search"
          aria-label="Search products"
          placeholder="Search products"
          value={search}
          onChange={({ target }) => {
            go(withQuery(address, { search: target.value, page: 1 }), { replace: true });
          }}
        />
        <label>
          <input
            type="checkbox"
            checked={isInStock}
            onChange={({ target }) => {
              go(withQuery(address, { in_stock: target.checked, page: 1 }));
            }}
          />
          In stock only
        </label>
      </form>
      <Load of={list} context="catalogue">
        {({ products, product_pages: pages }, isPlaceholder) => (
          <>
            {products.length === 0 && <p className="empty">No product is called so.</p>}
            <ul aria-label="Products" className="products">
              {products.map((product) => (
                <Card key={product.id} product={product} />
              ))}
            </ul>
            <Pager pages={pages} isPlaceholder={isPlaceholder} />
          </>
        )}
      </Load>
    </Page>
  );
}

function Card({ product }: { readonly product: ProductShape }): ReactElement {
  const { id, name, description, stock } = product;
  const add = useAddToCart();
  return (
    <li className="card">
      <Tile name={name} />
      <h2>
        <Link to={at("products", id)}>{name}</Link>
      </h2>
      <p className="soft">{description}</p>
      <p className="row">
        <strong className="price">{price(product.price)}</strong>
        <Stock of={stock} />
      </p>
      <button
        type="button"
        disabled={stock === 0 || add.isPending}
        onClick={() => void told(add.call({ product_id: id }), () => `${name} is in the cart.`)}
      >
        Add<span className="hidden"> {name} to cart</span>
      </button>
    </li>
  );
}

/** How many there are. */
export function Stock({ of }: { readonly of: number }): ReactElement {
  return <span className={of ? "soft" : "gone"}>{of ? `${of} in stock` : "Sold out"}</span>;
}

/** A product's letter, in a colour of its own. */
export function Tile({ name }: { readonly name: string }): ReactElement {
  const hue = Array.from(name, (letter) => letter.charCodeAt(0) * 7).reduce((a, b) => a + b) % 360;
  return (
    <span className="tile" aria-hidden="true" style={{ "--hue": hue } as object}>
      {name[0]}
    </span>
  );
}

/** The frame around the pages, and which page is at which address. */

import { MizanPanel } from "@mizan/react/panel";
import { useEffect, useRef, useSyncExternalStore } from "react";
import type { ReactElement, ReactNode } from "react";
import { Messages } from "./message.js";
import { useCart, useNotifications, useSession } from "./mizan/react.js";
import { Cart } from "./pages/Cart.js";
import { Notifications } from "./pages/Notifications.js";
import { Office } from "./pages/Office.js";
import { Order } from "./pages/Order.js";
import { Orders } from "./pages/Orders.js";
import { Product } from "./pages/Product.js";
import { Products } from "./pages/Products.js";
import { Profile } from "./pages/Profile.js";
import { at, Link, namesOf, useAddress } from "./router.js";
import { SignedIn, Switcher, useAsk, useUserNumber } from "./session.js";
import { client, following, recorder } from "./shop.js";
import { Boundary } from "./ui/Boundary.js";
import { Skeleton } from "./ui/Load.js";
import { Page, SHOP } from "./ui/Page.js";

/** Beside the page there is room for the panel. */
const WIDE = "(width >= 70rem)";

/** The whole page. The panel outlives a change of the user. */
export function App(): ReactElement {
  const user = useUserNumber(client);
  return (
    <>
      <a className="skip" href="#content">
        Skip to content
      </a>
      {user ? <Shop key={user} /> : <Skeleton />}
      <aside className="panel">
        <MizanPanel
          client={client}
          recorder={recorder}
          inline
          defaultOpen={matchMedia(WIDE).matches}
        />
      </aside>
      <Messages />
    </>
  );
}

function Shop(): ReactElement {
  const address = useAddress();
  const names = namesOf(address);
  return (
    <Switcher>
      <Header section={names[0] ?? ""} />
      <Offline />
      <main id="content" tabIndex={-1} key={names.join("/")}>
        {pageAt(names)}
      </main>
      <footer>
        <a href="/">The same shop without React</a>
      </footer>
    </Switcher>
  );
}

const PAGES: Readonly<Record<string, () => ReactElement>> = {
  "": Products,
  cart: Cart,
  orders: Orders,
  notifications: Notifications,
  profile: Profile,
  office: Office,
};

function pageAt([section = "", id = "", ...more]: readonly string[]): ReactNode {
  const isNumber = /^[1-9]\d{0,9}$/.test(id) && more.length === 0;
  if (section === "products" && isNumber) {
    return (
      <Boundary title="Product" context="product">
        <Product id={Number(id)} />
      </Boundary>
    );
  }
  if (section === "orders" && isNumber) {
    return (
      <SignedIn>
        {() => (
          <Boundary title={`Order ${id}`} context="order">
            <Order id={Number(id)} />
          </Boundary>
        )}
      </SignedIn>
    );
  }
  const Found = Object.hasOwn(PAGES, section) && !id ? PAGES[section] : undefined;
  return Found ? <Found /> : <NotFound />;
}

function NotFound(): ReactElement {
  return (
    <Page title="Not found">
      <p>
        There is nothing here. <Link to={at()}>Look at the products</Link>
      </p>
    </Page>
  );
}

function Header({ section }: { readonly section: string }): ReactElement {
  const me = useSession().data?.me;
  const ask = useAsk();
  const { data: unread } = useNotifications(undefined, {
    enabled: !!me,
    select: ({ unread: number }) => number,
  });
  const { data: pieces } = useCart(undefined, {
    select: ({ cart }) => cart.lines.reduce((sum, { quantity }) => sum + quantity, 0),
  });
  const nav = useRef<HTMLElement>(null);
  // On a phone the links do not fit side by side.
  useEffect(() => {
    const { current: list } = nav;
    const shown = list?.querySelector<HTMLElement>("[aria-current]");
    if (list && shown) list.scrollLeft = shown.offsetLeft - list.offsetLeft - list.clientWidth / 3;
  }, [section]);
  return (
    <header>
      <Link to={at()} className="brand">
        {SHOP}
      </Link>
      <Live />
      <nav ref={nav} aria-label="Shop">
        <Entry to="" name="Products" section={section || "products"} />
        <Entry to="cart" name="Cart" section={section} badge={pieces} />
        <Entry to="orders" name="Orders" section={section} />
        <Entry
          to="notifications"
          name="Notifications"
          section={section}
          badge={me ? unread : 0}
          unit=" unread"
        />
        <Entry to="profile" name="Profile" section={section} />
        {me?.runs_the_shop && <Entry to="office" name="Back office" section={section} />}
      </nav>
      <button type="button" className="who" aria-haspopup="dialog" onClick={ask}>
        {me ? (
          <>
            <span className="roomy">Signed in as </span>
            {me.username}
          </>
        ) : (
          "Sign in"
        )}
      </button>
    </header>
  );
}

function subscribeLive(listener: () => void): () => void {
  following.listeners.add(listener);
  return () => {
    following.listeners.delete(listener);
  };
}

function Live(): ReactElement {
  const isLive = useSyncExternalStore(subscribeLive, () => following.isLive);
  return (
    <span className={isLive ? "live on" : "live"}>
      {isLive ? "Live" : "Not live"}
      <span className="hidden">
        {isLive
          ? ": what others change is shown by itself"
          : ": what others change is shown within half a minute"}
      </span>
    </span>
  );
}

interface EntryProps {
  readonly to: string;
  readonly name: string;
  readonly section: string;
  readonly badge?: number | undefined;
  readonly unit?: string;
}

function Entry({ to, name, section, badge, unit = "" }: EntryProps): ReactElement {
  const isCurrent = section === (to || "products");
  return (
    <Link to={to ? at(to) : at()} current={isCurrent ? "page" : undefined}>
      {name}
      {badge ? <Badge number={badge} unit={unit} /> : null}
    </Link>
  );
}

function Badge({ number, unit }: { readonly number: number; readonly unit: string }): ReactElement {
  return (
    <>
      <span className="hidden">
        ({number}
        {unit})
      </span>
      <span className="badge" aria-hidden="true">
        {number}
      </span>
    </>
  );
}

function subscribeOnline(listener: () => void): () => void {
  addEventListener("online", listener);
  addEventListener("offline", listener);
  return () => {
    removeEventListener("online", listener);
    removeEventListener("offline", listener);
  };
}

function Offline(): ReactElement {
  const isOnline = useSyncExternalStore(subscribeOnline, () => navigator.onLine);
  return (
    <div role="status">
      {!isOnline && <p className="offline">You are offline. What you see may have changed.</p>}
    </div>
  );
}

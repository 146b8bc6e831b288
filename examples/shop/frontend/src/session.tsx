/**
 * Who is shopping.
 * Invariant: while the user changes nothing is mounted, so nothing of one is asked for or shown as
 * another.
 */

import { on, reset, type Client } from "@mizan/runtime";
import { createContext, useContext, useEffect, useState } from "react";
import type { ReactElement, ReactNode } from "react";
import { flushSync } from "react-dom";
import { useMizan } from "@mizan/react";
import type { MeShape } from "./mizan/types.js";
import { useSession, useSignIn, useSignOut } from "./mizan/react.js";
import { say, sentenceOf, told } from "./message.js";
import { at, go, namesOf } from "./router.js";
import { Dialog } from "./ui/Dialog.js";
import { Failed, Skeleton } from "./ui/Load.js";

/** The users that `manage.py seed` makes, and what they are. */
const USERS = { ada: "buys a lot", bo: "buys little", mara: "runs the shop" };
const PASSWORD = "demo";

/** Counts users: 0 while one leaves and the next comes. */
export function useUserNumber(client: Client): number {
  const [number, setNumber] = useState(1);
  useEffect(() => {
    let last = 1;
    return on(client, ({ type }) => {
      if (type !== "reset") return;
      // At once, before what is mounted is fetched anew.
      flushSync(() => {
        setNumber(0);
      });
      queueMicrotask(() => {
        setNumber((last += 1));
      });
    });
  }, [client]);
  return number;
}

const AskContext = createContext<() => void>(() => undefined);

/** What asks who is shopping. */
export function useAsk(): () => void {
  return useContext(AskContext);
}

/** The customer switcher, for what is below. */
export function Switcher({ children }: { readonly children: ReactNode }): ReactElement {
  const [isAsking, setAsking] = useState(false);
  return (
    <AskContext.Provider
      value={() => {
        setAsking(true);
      }}
    >
      {children}
      {isAsking && (
        <Who
          onClose={() => {
            setAsking(false);
          }}
        />
      )}
    </AskContext.Provider>
  );
}

function Who({ onClose }: { readonly onClose: () => void }): ReactElement {
  const client = useMizan();
  const { data } = useSession();
  const signIn = useSignIn();
  const signOut = useSignOut();
  const isBusy = signIn.isPending || signOut.isPending;
  const become = async (username: keyof typeof USERS): Promise<void> => {
    const work = signIn.call({ username, password: PASSWORD });
    if (!(await told(work, () => `Signed in as ${username}.`))) return;
    // An order is of one customer; a list of orders is there for each.
    if (namesOf(new URL(location.href))[0] === "orders") go(at("orders"));
    reset(client);
  };
  const leave = async (): Promise<void> => {
    try {
      await signOut.call();
    } catch (error) {
      say(sentenceOf(error), true);
      return;
    }
    say("You are logged out.");
    go(at());
    reset(client);
  };
  return (
    <Dialog title="Who is shopping?" onClose={onClose}>
      <ul className="users">
        {(Object.keys(USERS) as (keyof typeof USERS)[]).map((name) => (
          <li key={name}>
            <button
              type="button"
              className="user"
              disabled={isBusy}
              onClick={() => void become(name)}
            >
              <span className="avatar" aria-hidden="true">
                {name[0]}
              </span>
              <span>
                <span className="hidden">Sign in as </span>
                <strong>{name}</strong>
                <small>{data?.me?.username === name ? "signed in now" : USERS[name]}</small>
              </span>
            </button>
          </li>
        ))}
      </ul>
      <p className="actions">
        {data?.me && (
          <button type="button" className="plain" disabled={isBusy} onClick={() => void leave()}>
            Log out
          </button>
        )}
        <button type="button" className="plain" onClick={onClose}>
          Close
        </button>
      </p>
    </Dialog>
  );
}

/** What only who is signed in can see; others are asked who they are. */
export function SignedIn({
  children,
}: {
  readonly children: (me: MeShape) => ReactNode;
}): ReactNode {
  const { data, error } = useSession();
  const ask = useAsk();
  if (data?.me) return children(data.me);
  if (data) {
    return (
      <div className="empty">
        <p>Sign in to see this.</p>
        <button type="button" onClick={ask}>
          Sign in
        </button>
      </div>
    );
  }
  return error ? <Failed error={error} contexts={["session"]} /> : <Skeleton />;
}

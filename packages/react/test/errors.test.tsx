// @vitest-environment jsdom
/** Errors of suspending hooks where React draws as it does in a browser: in slices, without act(). */

import { MizanProvider, suspenseHook } from "@mizan/react";
import { createClient } from "@mizan/runtime";
import { createRoot, type Root } from "react-dom/client";
import { startTransition, Suspense, useState } from "react";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { network, problem, settled, type Network } from "../../runtime/test/fake.js";
import { Boundary, quiet, USER, type User } from "./support.js";

const useSuspenseUser = suspenseHook<{ user_id: number }, User>(USER);

let loud: () => void;
let root: Root;
let net: Network;
let place: HTMLElement;
beforeEach(() => {
  loud = quiet();
  vi.stubGlobal("IS_REACT_ACT_ENVIRONMENT", false);
  net = network();
  place = document.createElement("div");
  root = createRoot(place);
});
afterEach(async () => {
  root.unmount();
  await settled();
  vi.unstubAllGlobals();
  loud();
});

const Name = () => <p>{useSuspenseUser({ user_id: 5 }).name}</p>;

/** Takes long to draw, so that React stops in between. */
function Slow() {
  const end = performance.now() + 10;
  while (performance.now() < end);
  return null;
}

const failing = () => (
  <Boundary>
    <Name />
  </Boundary>
);

function open(app: React.ReactNode): void {
  const client = createClient({ baseUrl: "/api/", fetch: net.fetch });
  root.render(<MizanProvider client={client}>{app}</MizanProvider>);
}

const until = (work: () => void) => vi.waitFor(work, { timeout: 10_000, interval: 1 });

it("come to the boundary of a page that takes long to draw", async () => {
  let show: () => void = () => undefined;
  const Page = () => {
    const [isShown, setShown] = useState(false);
    show = () => {
      startTransition(() => {
        setShown(true);
      });
    };
    return isShown ? (
      <>
        {failing()}
        {Array.from({ length: 5 }, (_, index) => (
          <Slow key={index} />
        ))}
      </>
    ) : (
      "before"
    );
  };
  open(<Page />);
  await until(() => {
    expect(place.textContent).toBe("before");
  });
  show();
  await until(() => {
    expect(net.sent).toHaveLength(1);
  });
  await net.last().reply(...problem("internal", 500));
  await until(() => {
    expect([net.sent.length, place.textContent]).toEqual([1, "internal"]);
  });
});

it("are not read anew where the page changes before React shows them", async () => {
  let change: (text: string) => void = () => undefined;
  const Other = ({ children }: { children: React.ReactNode }) => {
    const [text, setText] = useState("one ");
    change = setText;
    return (
      <>
        {text}
        {children}
      </>
    );
  };
  open(
    <Other>
      <Suspense fallback="...">{failing()}</Suspense>
    </Other>,
  );
  await until(() => {
    expect(place.textContent).toBe("one ...");
  });
  await net.last().reply(...problem("internal", 500));
  // React 19 has drawn it by then, and shows it later.
  await new Promise((resolve) => setTimeout(resolve, 30));
  change("two ");
  await until(() => {
    expect(place.textContent).toBe("two internal");
  });
  expect(net.sent).toHaveLength(1);
});

// What is measured within the page: the time from a click to a fresh screen, requests, and drawings.
// Invariant: a contender is not asked for anything; what is seen is the document and `fetch`.

/** What the screen says of the order that the button changes. */
export interface Screen {
  readonly quantity: number;
  readonly unread: number;
}

export interface Request {
  readonly begin: number;
  /** Absent while it is in flight. */
  end?: number;
}

/** What one click, or several, led to. */
export interface Outcome {
  /** From the first click until the screen shows what it should, for good; null if it does not. */
  readonly ms: number | null;
  readonly requests: number;
  /** The longest chain of requests, each begun after the one before was answered. */
  readonly roundTrips: number;
  readonly related: number;
  readonly unrelated: number;
  readonly screen: Screen;
}

const ORDER = new URLSearchParams(location.search).get("order") ?? "";

let requests: Request[] = [];
let drawings = { related: 0, unrelated: 0 };
let clicked: number | undefined;
let fresh: number | undefined;
let observer: MutationObserver | undefined;

/** Counts a component that is drawn: one that the mutation concerns, or another. */
export function drawn(kind: "related" | "unrelated"): void {
  drawings[kind] += 1;
}

const sent = window.fetch.bind(window);
window.fetch = async (...args) => {
  const request: Request = { begin: performance.now() };
  requests.push(request);
  try {
    return await sent(...args);
  } finally {
    request.end = performance.now();
  }
};

function screen(): Screen {
  const text = (selector: string): string => document.querySelector(selector)?.textContent ?? "";
  return {
    quantity: Number(text(`[data-order="${ORDER}"]`).split(": ")[1]),
    unread: Number(text("#unread")),
  };
}

/** Forgets what was before, and waits for a click that leads to a screen. */
function arm(wanted: Screen): void {
  requests = requests.filter(({ end }) => end === undefined);
  drawings = { related: 0, unrelated: 0 };
  clicked = fresh = undefined;
  const look = (): void => {
    const { quantity, unread } = screen();
    const is = quantity === wanted.quantity && unread === wanted.unread;
    fresh = is ? (fresh ?? performance.now()) : undefined;
  };
  observer?.disconnect();
  observer = new MutationObserver(look);
  observer.observe(document.body, { subtree: true, childList: true, characterData: true });
}

addEventListener(
  "click",
  ({ timeStamp }) => {
    clicked ??= timeStamp;
  },
  { capture: true },
);

function depth(chain: readonly Request[]): number {
  const depths: number[] = [];
  for (const { begin } of chain) {
    const before = depths.filter((_, index) => (chain[index]?.end ?? Infinity) <= begin);
    depths.push(1 + Math.max(0, ...before));
  }
  return Math.max(0, ...depths);
}

/** Waits until no request has been in flight for so many milliseconds. */
async function settle(quiet: number): Promise<void> {
  for (let since = performance.now(); performance.now() - since < quiet; ) {
    await new Promise((done) => setTimeout(done, 5));
    if (requests.some(({ end }) => end === undefined)) since = performance.now();
  }
}

/** What came of the clicks, once all is quiet. */
async function outcome(quiet: number): Promise<Outcome> {
  await settle(quiet);
  const since = clicked ?? Infinity;
  const caused = requests.filter(({ begin }) => begin >= since);
  return {
    ms: fresh === undefined ? null : fresh - since,
    requests: caused.length,
    roundTrips: depth(caused),
    ...drawings,
    screen: screen(),
  };
}

const probe = { arm, outcome, settle };

declare global {
  interface Window {
    probe: typeof probe;
  }
}

window.probe = probe;

/**
 * The development panel: what each click led to, live.
 * Invariant: it only watches; the page behaves the same with it and without.
 *
 * Builds for production get an empty component instead (`exports` in package.json).
 */

import type { Client } from "@mizan/runtime";
import { record, type Recorder } from "@mizan/runtime/devtools";
import { useMemo, useState, useSyncExternalStore } from "react";
import type { ReactElement, ReactNode } from "react";
import { groupsOf, textOf, type Exchange, type Group } from "./panelGroups.js";
import { STYLES, TONES } from "./panelStyle.js";
import { useMizan } from "./provider.js";

export interface MizanPanelProps {
  /** Whose record is shown; the client of the tree by default. */
  readonly client?: Client;
  /** A record that was begun before; by default one begins when the panel is first shown. */
  readonly recorder?: Recorder;
  /** Whether the panel stands where it is put; by default it floats in the corner. */
  readonly inline?: boolean;
  /** Whether it is open at first; true by default. */
  readonly defaultOpen?: boolean;
}

/** Why something was read, in words; any other reason is the name of a call. */
const REASONS: Readonly<Record<string, string>> = {
  mount: "the page shows it",
  reset: "everything was forgotten",
  visibilitychange: "the page is seen again",
  online: "the network is back",
  interval: "its time has come",
  tab: "another tab said so",
  pageshow: "the page was put away",
  observe: "a response said so",
  event: "the server said so",
  poll: "the server does not say what changes",
  live: "to hear what others change",
  invalidate: "the page said so",
};

const TITLES: Readonly<Record<string, string>> = {
  mount: "Shown",
  reset: "Reset",
  visibilitychange: "Seen again",
  online: "Back online",
  tab: "Another tab",
  event: "Changed elsewhere",
  poll: "Looked again",
  live: "Listening",
};

/** One record for each client, so that mounting the panel again loses nothing. */
const recorders = new WeakMap<Client, Recorder>();

function recorderOf(client: Client): Recorder {
  const recorder = recorders.get(client) ?? record(client);
  recorders.set(client, recorder);
  return recorder;
}

/** Shows, per click, the requests and why, what was invalidated, headers and fresh data. */
export function MizanPanel({ client, ...rest }: MizanPanelProps): ReactElement {
  return client ? <Panel client={client} {...rest} /> : <TreePanel {...rest} />;
}

function TreePanel(props: Omit<MizanPanelProps, "client">): ReactElement {
  return <Panel client={useMizan()} {...props} />;
}

function Panel({
  client,
  recorder: given,
  inline = false,
  defaultOpen = true,
}: MizanPanelProps & { readonly client: Client }): ReactElement {
  const recorder = given ?? recorderOf(client);
  const events = useSyncExternalStore(recorder.subscribe, recorder.getEvents, recorder.getEvents);
  const groups = useMemo(() => groupsOf(events).reverse(), [events]);
  // The latest call stays open while the page that it led to is read.
  const call = groups.find(({ isCall }) => isCall);
  const [isOpen, setOpen] = useState(defaultOpen);
  const place = inline ? {} : STYLES.floating;
  return (
    <section aria-label="Mizan panel" style={{ ...STYLES.panel, ...place }}>
      <div style={STYLES.bar}>
        <button
          type="button"
          aria-expanded={isOpen}
          style={{ ...STYLES.button, ...STYLES.title }}
          onClick={() => {
            setOpen(!isOpen);
          }}
        >
          <span aria-hidden="true">{isOpen ? "▾" : "▸"} </span>Mizan panel
        </button>
        <button type="button" style={STYLES.button} onClick={recorder.clear}>
          Clear
        </button>
      </div>
      {isOpen && groups.length === 0 && <p style={STYLES.empty}>Nothing has happened yet.</p>}
      {isOpen && groups.length > 0 && (
        // Who scrolls by keyboard must be able to focus it.
        <ul aria-label="What happened" tabIndex={0} style={STYLES.list}>
          {groups.map((group, index) => (
            <GroupItem key={group.key} group={group} isOpen={index === 0 || group === call} />
          ))}
        </ul>
      )}
    </section>
  );
}

function GroupItem({ group, isOpen }: { group: Group; isOpen: boolean }): ReactElement {
  const { title, isCall, exchanges, invalidated, fresh } = group;
  const count = exchanges.length;
  return (
    <li data-testid="mizan-group" style={STYLES.group}>
      <details open={isOpen}>
        <summary style={STYLES.summary}>
          <span style={STYLES.name}>{isCall ? title : (TITLES[title] ?? title)}</span>
          {!isCall && <span style={STYLES.count}>{contextsOf(exchanges)}</span>}
          <span style={STYLES.count}>
            {count} round {count === 1 ? "trip" : "trips"}
          </span>
        </summary>
        <ul style={STYLES.facts}>
          {exchanges.map((each) => (
            <ExchangeFact key={each.request.id} {...each} />
          ))}
          {invalidated.map(({ targets, source }, index) => (
            <Fact
              key={index}
              label={source.endsWith("(lost)") ? "stale, as the reply was lost" : "invalidated"}
            >
              {targets.map(textOf).join(", ")}
            </Fact>
          ))}
          {fresh.map(({ key, used }) => (
            <Fact key={key} label={used ? "fresh, used" : "fresh, not used"}>
              {key}
            </Fact>
          ))}
        </ul>
      </details>
    </li>
  );
}

/** The names of the contexts that were read. */
function contextsOf(exchanges: readonly Exchange[]): string {
  const names = exchanges.map(({ request }) => /^ctx\/([^/]+)/.exec(request.path)?.[1] ?? []);
  return [...new Set(names.flat())].join(", ");
}

/** Where a request went, and what it said that it holds: a stream says that in its query. */
function heldOf({ path, held }: Exchange["request"]): { path: string; held: string | undefined } {
  const stream = "events/?";
  if (!path.startsWith(stream)) return { path, held };
  const query = new URLSearchParams(path.slice(stream.length));
  return { path: "events/", held: query.getAll("held").join(", ") };
}

function ExchangeFact({ request, reply }: Exchange): ReactElement {
  const { reason } = request;
  const { path, held } = heldOf(request);
  const isCall = path === "call/";
  const headers = reply?.headers ?? {};
  return (
    <li style={STYLES.fact}>
      <code style={STYLES.code}>
        {isCall ? "POST" : "GET"} {path}
      </code>{" "}
      <Outcome reply={reply} />
      {!isCall && <Line label="why">{REASONS[reason] ?? `${reason} made it stale`}</Line>}
      {held !== undefined && <Line label="X-Mizan-Held">{held}</Line>}
      {headers["x-mizan-invalidate"] && (
        <Line label="X-Mizan-Invalidate">{headers["x-mizan-invalidate"]}</Line>
      )}
      {headers["cache-status"] && <Line label="Cache-Status">{headers["cache-status"]}</Line>}
    </li>
  );
}

function Outcome({ reply }: { reply: Exchange["reply"] | undefined }): ReactElement {
  if (!reply) return <span style={STYLES.soft}>under way</span>;
  const { status, ms, landing } = reply;
  const isBad = status === 0 || status >= 400;
  return (
    <span style={{ color: isBad ? TONES.bad : TONES.good }}>
      {status || "no reply"} in {Math.round(ms)} ms{landing && !isBad ? `, ${landing}` : ""}
    </span>
  );
}

function Fact({ label, children }: { label: string; children: ReactNode }): ReactElement {
  return (
    <li style={STYLES.fact}>
      <Line label={label}>{children}</Line>
    </li>
  );
}

function Line({ label, children }: { label: string; children: ReactNode }): ReactElement {
  return (
    <div>
      <span style={STYLES.soft}>{label}: </span>
      <code style={STYLES.code}>{children}</code>
    </div>
  );
}

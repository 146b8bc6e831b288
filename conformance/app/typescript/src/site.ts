/** The site as a whole: contexts without parameters, reads that fail, mutations that fail. */

import { appError, client, Context, Problem, type ClientFunction } from "@mizan/server";
import { nothing, orNull, ref, text } from "./schemas.js";
import type { State } from "./state.js";

const SECRET = "secret detail of the server";

export const site = new Context("site", { description: "What every page shows." });

const NotToday = appError<{ day: string }>({
  code: "app.not_today",
  schema: ref("NotToday"),
  description: "The read is refused.",
});

export function siteFunctions(state: State) {
  const ticker = new Context("ticker", { description: "A count that nobody may keep." });
  const faulty = new Context("faulty", { description: "A read that can fail." });
  const colour = new Context("colour", {
    description: "A public read that looks at a header, which it may not.",
  });
  const setMotto: ClientFunction<{ motto: string }, string> = client(
    { name: "set_motto", affects: site, input: ref("SetMottoInput"), output: text },
    ({ motto }: { motto: string }) => (state.data.motto = motto),
  );
  const functions = [
    client(
      {
        name: "site_info",
        context: site,
        cache: 60,
        input: ref("SiteInfoInput"),
        output: ref("Site"),
      },
      () => ({ name: "Conformance", motto: state.data.motto }),
    ),
    client(
      {
        name: "tick",
        context: ticker,
        cache: false,
        input: ref("TickInput"),
        output: { type: "integer" },
      },
      () => (state.ticks += 1),
    ),
    client(
      { name: "faulty_fine", context: faulty, input: ref("FaultyFineInput"), output: text },
      () => "fine",
    ),
    client(
      {
        name: "faulty_read",
        context: faulty,
        errors: [NotToday],
        input: ref("FaultyReadInput"),
        output: text,
      },
      ({ mode }: { mode: string }) => {
        if (mode === "crash") throw new Error(SECRET);
        if (mode === "missing") throw new Problem("not_found", "There is nothing here.");
        if (mode === "refuse") throw new NotToday("Come back on Monday.", { day: "Sunday" });
        return mode;
      },
    ),
    client(
      {
        name: "colour_seen",
        context: colour,
        input: ref("ColourSeenInput"),
        output: orNull(text),
      },
      (_, call) => call.request.headers.get("X-Colour"),
    ),
    client(
      { name: "crash", affects: site, input: ref("CrashInput"), output: nothing },
      (): null => {
        throw new Error(SECRET);
      },
    ),
    client(
      {
        name: "crash_late",
        affects: site,
        atomic: false,
        input: ref("CrashLateInput"),
        output: nothing,
      },
      ({ motto }: { motto: string }): null => {
        state.data.motto = motto;
        throw new Error(SECRET);
      },
    ),
  ];
  return { setMotto, functions: [...functions, setMotto] };
}

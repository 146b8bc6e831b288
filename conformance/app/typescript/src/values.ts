/** Values on the wire: parameters of every type, names that need an encoding, scopes, arguments. */

import { client, Context, Problem } from "@mizan/server";
import { integer, nothing, orNull, ref, text } from "./schemas.js";
import type { State } from "./state.js";

const types = new Context("types", {
  description: "Parameters of every type, given back as the server read them.",
});
const grid = new Context("grid", {
  scopeBy: ["a", "b"],
  description: "Four parameters that could scope, of which two do.",
});
const label = new Context("label", { description: "Texts by any name." });

/** What `types_seen` sees where a call leaves a parameter out: a read has these filled in. */
const absent = {
  at: null,
  day: null,
  exact: false,
  ids: [],
  kind: "note",
  price: "0",
  ratio: 1,
  ref: null,
};

export function valueFunctions(state: State) {
  return [
    client(
      {
        name: "types_seen",
        context: types,
        cache: 3600,
        input: ref("TypesSeenInput"),
        types: { price: { type: "decimal" } },
        output: ref("Types"),
      },
      ({ price = absent.price, ...args }: { readonly price?: string | number }) => ({
        ...absent,
        ...args,
        price: String(price),
      }),
    ),
    client(
      { name: "grid_sum", context: grid, input: ref("GridSumInput"), output: integer },
      ({ a, b, c, d }: Record<"a" | "b" | "c" | "d", number>) => {
        const found = a + b + c + d;
        if (Number.isSafeInteger(found)) return found;
        throw new Problem("not_found", "The sum is no integer of the protocol.");
      },
    ),
    client(
      { name: "touch_grid", affects: grid, input: ref("TouchGridInput"), output: nothing },
      () => null,
    ),
    client(
      {
        name: "touch_column",
        affects: grid.by("b"),
        input: ref("TouchColumnInput"),
        output: nothing,
      },
      () => null,
    ),
    client(
      { name: "label_text", context: label, input: ref("LabelTextInput"), output: orNull(text) },
      ({ name }: { name: string }) =>
        Object.hasOwn(state.data.labels, name) ? state.data.labels[name] : null,
    ),
    client(
      { name: "set_label", affects: label, input: ref("SetLabelInput"), output: nothing },
      ({ name, text: said }: { name: string; text: string }) => {
        Object.defineProperty(state.data.labels, name, { value: said, configurable: true });
      },
    ),
    client(
      { name: "arguments_seen", input: ref("ArgumentsSeenInput"), output: ref("Seen") },
      ({ first = 5, second = "text" }: { first?: number | null; second?: string | null }) => ({
        first,
        second,
      }),
    ),
  ];
}

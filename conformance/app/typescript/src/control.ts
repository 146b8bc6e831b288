/** What the suite steers by: the reset, gates, and what waits at them. */

import { client, Context, invalidate } from "@mizan/server";
import { integer, nothing, ref } from "./schemas.js";
import type { State } from "./state.js";

const slots = new Context("slot", {
  description: "A number by slot, read slowly where a gate is named.",
});

interface OfSlot {
  readonly slot: number;
}
interface AtGate {
  readonly gate: string;
}

export function controlFunctions(state: State) {
  return [
    client(
      {
        name: "reset",
        description: "Put everything back as it was, let go who waits, and make everything stale.",
        input: ref("ResetInput"),
        output: nothing,
      },
      () => {
        state.reset();
        invalidate("*");
      },
    ),
    client(
      {
        name: "gate_state",
        description: "Tell whether a gate is open, and how many functions wait at it.",
        input: ref("GateStateInput"),
        output: ref("Gate"),
      },
      ({ gate }: AtGate) => {
        const { isOpen, waiting } = state.gate(gate);
        return { open: isOpen, waiting };
      },
    ),
    client(
      {
        name: "gate_open",
        description: "Open a gate for good.",
        input: ref("GateOpenInput"),
        output: nothing,
      },
      ({ gate }: AtGate) => {
        state.gate(gate).open();
      },
    ),
    client(
      { name: "slot_value", context: slots, input: ref("SlotValueInput"), output: integer },
      async ({ slot, gate }: OfSlot & Partial<AtGate>) => {
        const value = state.data.slots[slot] ?? 0;
        if (gate !== undefined) await state.gate(gate).wait();
        return value;
      },
    ),
    client(
      { name: "set_slot", affects: slots, input: ref("SetSlotInput"), output: integer },
      ({ slot, value }: OfSlot & { value: number }) => (state.data.slots[slot] = value),
    ),
    client(
      {
        name: "set_slot_slowly",
        description: "Set it at once, and end when the gate is opened.",
        affects: slots,
        atomic: false,
        input: ref("SetSlotSlowlyInput"),
        output: integer,
      },
      async ({ slot, value, gate }: OfSlot & AtGate & { value: number }) => {
        state.data.slots[slot] = value;
        await state.gate(gate).wait();
        return value;
      },
    ),
  ];
}

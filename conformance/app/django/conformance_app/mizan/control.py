"""What the suite steers by: the reset, gates, and what waits at them."""

from __future__ import annotations

from django.http import HttpRequest
from typing_extensions import TypedDict

from conformance_app.state import state
from mizan.django import Context, client, invalidate


class SlotContext(Context):
    """A number by slot, read slowly where a gate is named."""


class Gate(TypedDict):
    open: bool
    waiting: int


@client
def reset(request: HttpRequest) -> None:
    """Put everything back as it was, let go who waits, and make everything stale."""
    state.reset()
    invalidate("*")


@client
def gate_state(request: HttpRequest, gate: str) -> Gate:
    """Tell whether a gate is open, and how many functions wait at it."""
    found = state.gate(gate)
    return {"open": found.opened.is_set(), "waiting": found.waiting}


@client
def gate_open(request: HttpRequest, gate: str) -> None:
    """Open a gate for good."""
    state.gate(gate).opened.set()


@client(context=SlotContext)
def slot_value(request: HttpRequest, slot: int, gate: str | None = None) -> int:
    value = state.slots.get(str(slot), 0)
    if gate is not None:
        state.wait_at(gate)
    return value


@client(affects=SlotContext)
def set_slot(request: HttpRequest, slot: int, value: int) -> int:
    state.slots[str(slot)] = value
    return value


@client(affects=SlotContext, atomic=False)
def set_slot_slowly(request: HttpRequest, slot: int, value: int, gate: str) -> int:
    """Set it at once, and end when the gate is opened."""
    state.slots[str(slot)] = value
    state.wait_at(gate)
    return value

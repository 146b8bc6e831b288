"""Reads and mutations at the same time, steered by the app's gates (SPEC.md, section 15).

Invariant: no verdict depends on how fast a server is: who waits at a gate is asked, never guessed.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any, Final

from mizan_conformance.compare import show

from .cases import Case, Wrong, case
from .judge import json_of
from .site import Reply
from .stage import Stage

_POLL: Final = 0.005  # seconds
_ROUNDS: Final = 25
_READERS: Final = 4


@contextmanager
def _at_gate(stage: Stage, gate: str, spec: Mapping[str, Any]) -> Iterator[Future[Reply]]:
    """Send a request that waits at a gate; yield when it does, and open the gate at the end."""
    with ThreadPoolExecutor(1) as pool:
        sent = pool.submit(stage.send, spec)
        try:
            _wait_for(stage, gate, sent)
            yield sent
        finally:
            stage.call("gate_open", gate=gate)


def _wait_for(stage: Stage, gate: str, sent: Future[Reply]) -> None:
    until = time.monotonic() + stage.app.server["gate_seconds"]
    while time.monotonic() < until:
        if _result(stage.call("gate_state", gate=gate))["waiting"]:
            return
        if sent.done():
            raise Wrong(f"{sent.result().asked} did not wait at its gate")
        time.sleep(_POLL)
    raise Wrong("nothing came to the gate: does the server run several requests at a time?")


def _result(reply: Reply) -> Any:
    if reply.status != 200:
        raise Wrong(f"{reply.asked}: expected the status 200, got {reply.status}")
    return json_of(reply)["result"]


def _value(reply: Reply) -> Any:
    if reply.status != 200:
        raise Wrong(f"{reply.asked}: expected the status 200, got {reply.status}")
    return json_of(reply)["slot_value"]


def _expect_no_store(reply: Reply, what: str) -> None:
    caching = reply.header("Cache-Control")
    if caching != "no-store":
        raise Wrong(f"{what}: Cache-Control: expected 'no-store', got {caching!r}")
    if tag := reply.header("ETag"):
        raise Wrong(f"{what}: expected no ETag, got {tag}")


def _expect_value(reply: Reply, right: int, what: str) -> None:
    if (found := _value(reply)) != right:
        raise Wrong(f"{what}: expected {right}, got {show(found)}")


def _read_across(stage: Stage) -> None:
    asked = {"ctx": "slot?gate=across&slot=1"}
    with _at_gate(stage, "across", asked) as reading:
        _result(stage.call("set_slot", slot=1, value=11))
    _expect_no_store(reading.result(), "a read that a mutation overlapped")
    _expect_value(stage.send(asked), 11, "a read after the mutation, which may not be stored data")


def _read_under_hold(stage: Stage) -> None:
    asked = {"ctx": "slot?slot=1"}
    before = stage.send(asked)
    slowly = {"call": "set_slot_slowly", "args": {"slot": 1, "value": 12, "gate": "hold"}}
    with _at_gate(stage, "hold", slowly) as setting:
        _expect_no_store(stage.send(asked), "a read while a mutation runs")
    _result(setting.result())
    after = stage.send(asked)
    _expect_value(after, 12, "a read after the mutation")
    if after.header("Cache-Control") != before.header("Cache-Control"):
        raise Wrong(f"after the mutation Cache-Control is {after.header('Cache-Control')!r}")


def _condition_under_hold(stage: Stage) -> None:
    asked = {"ctx": "slot?slot=1"}
    tag = stage.send(asked).header("ETag") or ""
    slowly = {"call": "set_slot_slowly", "args": {"slot": 1, "value": 10, "gate": "condition"}}
    with _at_gate(stage, "condition", slowly):
        reply = stage.send({**asked, "headers": {"If-None-Match": tag}})
    if reply.status != 200:
        raise Wrong(f"a conditional read while a mutation runs: expected 200, got {reply.status}")


def _others_go_on(stage: Stage) -> None:
    slowly = {"call": "set_slot_slowly", "args": {"slot": 1, "value": 5, "gate": "others"}}
    with _at_gate(stage, "others", slowly):
        _expect_value(stage.read("slot?slot=2"), 20, "a read of another instance meanwhile")
        if stage.read("site").status != 200:
            raise Wrong("a read of another context fails while a mutation runs")


def _acknowledged(stage: Stage) -> None:
    for number in range(_ROUNDS):
        _result(stage.call("set_slot", slot=1, value=number))
        _expect_value(stage.read("slot?slot=1"), number, "a read after an acknowledged mutation")


def _crowd(stage: Stage) -> None:
    """Many read while one writes greater and greater numbers; nobody may read an earlier one."""
    acknowledged = [0]

    def read_on() -> None:
        while acknowledged[0] < _ROUNDS:
            least = acknowledged[0]
            found = _value(stage.read("slot?slot=3"))
            if found < least:
                raise Wrong(f"a read after {least} was acknowledged returned {found}")

    with ThreadPoolExecutor(_READERS) as pool:
        readers = [pool.submit(read_on) for _ in range(_READERS)]
        try:
            for number in range(1, _ROUNDS + 1):
                _result(stage.call("set_slot", slot=3, value=number))
                acknowledged[0] = number
        finally:
            acknowledged[0] = _ROUNDS
    for reader in readers:
        reader.result()


_CASES: Final[tuple[tuple[str, tuple[str, ...], str, Callable[[Stage], None]], ...]] = (
    (
        "read-across-mutation",
        ("MZ-COH-002", "MZ-POL-002"),
        "A read that began before a mutation and ends after it says no-store, and is not stored.",
        _read_across,
    ),
    (
        "read-during-mutation",
        ("MZ-COH-011", "MZ-COH-012"),
        "A read of what a running mutation makes stale says no-store; after it, it is as before.",
        _read_under_hold,
    ),
    (
        "condition-during-mutation",
        ("MZ-POL-009",),
        "A read that overlaps a mutation is not answered with 304, whatever the client has.",
        _condition_under_hold,
    ),
    (
        "others-go-on",
        ("MZ-COH-012",),
        "What a running mutation does not touch is read meanwhile.",
        _others_go_on,
    ),
    (
        "acknowledged",
        ("MZ-COH-001", "MZ-COH-013"),
        "Each read after an acknowledged mutation shows it.",
        _acknowledged,
    ),
    (
        "crowd",
        ("MZ-COH-001",),
        "With several readers at a time nobody reads less than what was acknowledged before.",
        _crowd,
    ),
)
OVERLAP: Final[tuple[Case, ...]] = tuple(
    case(f"http-overlap/{name}", requirements, note, play)
    for name, requirements, note, play in _CASES
)

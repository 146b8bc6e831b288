"""A side answers everything, or says what went wrong."""

import sys
from collections.abc import Callable
from typing import Any

import pytest

from mizan_conformance import python_ops
from mizan_conformance.channel import PortUnusable
from mizan_conformance.fuzz import search
from mizan_conformance.fuzz.run import Engine

Run = Callable[..., tuple[Any, str]]


ENGINES: list[Engine] = ["fast", "hypothesis"]


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("if targets: os._exit(3)", "crash: it ended with exit status 3"),
        ("if targets: time.sleep(99)", "hang: no answer within 0.3 s"),
        ("if targets: answer = []", "rubbish: '[]' is no answer"),
    ],
)
def test_a_port_that_fails_is_started_anew(
    almost: Callable[[str], list[str]],
    monkeypatch: pytest.MonkeyPatch,
    statement: str,
    said: str,
    engine: Engine,
    run: Run,
) -> None:
    monkeypatch.setattr(search, "_SLOW_TRIES", 5)
    monkeypatch.setattr("mizan_conformance.fuzz.strategies._MOST_FAULTS", 2)
    deadline = 0.3 if "sleep" in statement else 20.0
    found, text = run(almost(statement), deadline=deadline, engine=engine)
    assert said in found.wrong
    assert said in text


@pytest.mark.parametrize(
    ("command", "said"),
    [
        (["no-such-command-anywhere"], "There is no command"),
        ([sys.executable, "-c", ""], "does not start as a port: crash"),
    ],
)
def test_a_command_that_is_no_port(command: list[str], said: str, run: Run) -> None:
    with pytest.raises(PortUnusable, match=said):
        run(command)


def test_a_core_that_fails_is_a_difference(
    monkeypatch: pytest.MonkeyPatch, run: Run, right: list[str]
) -> None:
    def broken(_given: object) -> None:
        raise ZeroDivisionError("out of cheese")

    monkeypatch.setitem(python_ops.OPERATIONS, "header.parse", broken)
    found, _ = run(right)
    assert "the core itself fails: ZeroDivisionError" in found.wrong
    assert found.vector()["expect"] == {"error": {"code": "port.crash"}}

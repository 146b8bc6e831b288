"""What the tests of the suite share: small vectors, and ports that are broken in one way."""

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from mizan.models.port import HelloOk
from mizan_conformance.port import Process
from mizan_conformance.report import Report, Result
from mizan_conformance.vectors import Vector, payload

ROOT = Path(__file__).resolve().parent.parent.parent
BROKEN = ROOT / "conformance" / "ports" / "broken" / "port.py"

Make = Callable[..., Vector]


@pytest.fixture
def make_vector() -> Make:
    """Make one vector of `canonical`; the arguments replace its members."""

    def make(name: str, value: Any = "plain", **members: Any) -> Vector:
        op = members.pop("op", "canonical")
        input_ = members.pop("input", {"value": value})
        return Vector(
            **{
                "id": f"{op}/{name}",
                "topic": op,
                "op": op,
                "requirements": ("MZ-CAN-001",),
                "flags": (),
                "note": f"Shows {name}.",
                "input": input_,
                "expect": {"ok": {"text": value}},
                "payload": payload(op, input_),
                **members,
            }
        )

    return make


@pytest.fixture
def broken() -> Callable[[str], list[str]]:
    """Give the command of the port with a fault."""
    return lambda fault: [sys.executable, str(BROKEN), fault]


@pytest.fixture
def vectors(make_vector: Make) -> Sequence[Vector]:
    """Twenty plain vectors, with the one that a broken port stumbles over in their middle."""
    plain = [make_vector(f"v{index}", f"value {index}") for index in range(20)]
    return [*plain[:10], make_vector("bad", "bad"), *plain[10:]]


@pytest.fixture
def hello() -> HelloOk:
    """What a port says of itself."""
    return HelloOk(
        name="logo-port", version="2.1", language="Logo", spec=["1.0"], capabilities=["canonical"]
    )


@pytest.fixture
def report(make_vector: Make, hello: HelloOk) -> Report:
    """A report with one of everything."""
    return Report(
        command=("logo", "port.lgo"),
        hello=hello,
        results=[
            Result(make_vector("a"), "passed"),
            Result(make_vector("b", flags=("NoAnswer",)), "failed", "expected 1, got \x00\ud800"),
            Result(make_vector("c", op="jcs"), "skipped", "the port does not declare jcs"),
            Result(make_vector("d", op="jcs"), "not run", "the port could not be started"),
        ],
        unattributed=["crash: it ended with exit status 4."],
        fatal="the port does not start as a port: crash",
    )


@pytest.fixture
def start_process() -> Iterator[Callable[[str], Process]]:
    """Start a Python program; it is ended after the test."""
    with ExitStack() as stack:

        def start(program: str) -> Process:
            process = Process([sys.executable, "-c", program])
            stack.callback(process.close)
            return process

        yield start

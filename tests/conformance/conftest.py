"""What the tests of the suite share: small vectors, and ports that are broken in one way."""

import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

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

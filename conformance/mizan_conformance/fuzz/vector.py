"""What the fuzzer found, as a test vector that can be put into the suite as it is.

Invariant: what a vector expects is what the first side answered; its id is a function of its input.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from difflib import SequenceMatcher
from functools import cache
from typing import Any

from mizan_conformance.channel import Fault
from mizan_conformance.messages import Answer
from mizan_conformance.vectors import Vector, load_all

from .mutate import Case

_LONGEST = 2000  # characters of inputs that are compared for likeness


class Difference(Exception):  # noqa: N818 (found, not failed)
    """An input on which two sides differ: what the first answered, what the second has wrong."""

    def __init__(self, case: Case, expected: Answer | Fault, wrong: str) -> None:
        super().__init__(case, wrong)
        self.case = case
        self.expected = expected
        self.wrong = wrong

    def __str__(self) -> str:
        return f"DIFFERENCE in {self.case.op} of {json.dumps(self.case.input)}: {self.wrong}"

    @property
    def is_slow(self) -> bool:
        """Whether each try costs a deadline or a start of a port."""
        return self.wrong.startswith(("crash: ", "hang: ", "rubbish: "))

    @property
    def size(self) -> int:
        """How large the input is, in characters of JSON."""
        return len(json.dumps(self.case.input))

    def vector(self) -> dict[str, Any]:
        """Return the vector that would have caught it, under the requirements of its neighbours."""
        topic = _same_op(self.case.op)[0].topic
        text = json.dumps([*self.case], sort_keys=True)
        digest = hashlib.sha256(text.encode()).hexdigest()[:12]
        code = self.expected.code if isinstance(self.expected, Answer) else "port.crash"
        alike = nearest(self.case, [each for each in _same_op(self.case.op) if each.code == code])
        vector = {
            "id": f"{topic}/fuzz-{digest}",
            "requirements": list(alike.requirements[:1]),
            "flags": [],
            "note": f"Found by fuzzing; a port was wrong: {self.wrong}",
            "input": self.case.input,
            "expect": expectation(self.expected),
        }
        if not code:
            return vector
        accepted = [each for each in _same_op(self.case.op) if each.code is None]
        return vector | {"neighbour": nearest(self.case, accepted).id}


def expectation(answer: Answer | Fault) -> dict[str, Any]:
    """Return what a vector expects that a side answered."""
    if isinstance(answer, Fault):
        return {"error": {"code": "port.crash"}}
    return {"error": {"code": answer.code}} if answer.ok is None else {"ok": answer.ok}


def as_vector(case: Case, expected: dict[str, Any]) -> Vector:
    """Return a case in the form that answers are judged in."""
    return Vector("fuzz", "fuzz", case.op, (), (), "", case.input, expected)


def nearest(case: Case, vectors: Sequence[Vector]) -> Vector:
    """Return the vector whose input looks most like a case's; of its operation where none is."""
    text = json.dumps(case.input)[:_LONGEST]

    def likeness(vector: Vector) -> float:
        matcher = SequenceMatcher(None, text, json.dumps(vector.input)[:_LONGEST])
        return matcher.ratio() if matcher.real_quick_ratio() > 0.1 else 0.0

    return max(vectors or _same_op(case.op), key=likeness)


@cache
def _same_op(op: str) -> tuple[Vector, ...]:
    return tuple(vector for vector in load_all() if vector.op == op)

"""What the fuzzer compares with, and how a difference becomes a vector (SPEC.md, section 8).

Invariant: what a vector expects is what the Python core answers.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any, Final

try:
    import http_sf
except ImportError as error:
    message = "The fuzzer needs http-sf: pip install 'mizan-protocol[testing]'."
    raise ImportError(message) from error

from mizan.errors import MizanError
from mizan.protocol import header
from mizan.protocol.targets import target_from_json, target_to_json

from .tagged import untag
from .vectors import Vector, load_all

_TOPICS: Final = {"header.parse": "header-parse", "header.format": "header-format"}
# (op, code) -> the requirement that says so; None stands for any other code.
_REQUIREMENTS: Final = {
    ("header.parse", "header.syntax"): "MZ-HDR-010",
    ("header.parse", "header.size"): "MZ-HDR-010",
    ("header.parse", ""): "MZ-HDR-013",
    ("header.parse", None): "MZ-HDR-011",
    ("header.format", ""): "MZ-HDR-001",
    ("header.format", None): "MZ-HDR-001",
}


@dataclass(frozen=True, slots=True)
class Case:
    """One request of the fuzzer."""

    op: str
    input: dict[str, Any]

    def as_vector(self, expected: dict[str, Any]) -> Vector:
        """Return the case with what is expected, in the form that answers are judged in."""
        return Vector("fuzz", _TOPICS[self.op], self.op, (), (), "", self.input, expected)


class Difference(Exception):  # noqa: N818 (found, not failed)
    """An input on which port and core differ: ``expected`` of the core, ``wrong`` of the port."""

    def __init__(self, case: Case, expected: dict[str, Any], wrong: str) -> None:
        super().__init__(case, wrong)
        self.case = case
        self.expected = expected
        self.wrong = wrong

    def __str__(self) -> str:
        return f"DIFFERENCE in {self.case.op} of {json.dumps(self.case.input)}: {self.wrong}"

    @property
    def size(self) -> int:
        """How large the input is, in characters of JSON."""
        return len(json.dumps(self.case.input))

    def vector(self) -> dict[str, Any]:
        """Return the vector that would have caught it; its id is a function of the input."""
        op = self.case.op
        text = json.dumps([op, self.case.input], sort_keys=True)
        digest = hashlib.sha256(text.encode()).hexdigest()[:12]
        code = self.expected.get("error", {}).get("code", "")
        vector = {
            "id": f"{_TOPICS[op]}/fuzz-{digest}",
            "requirements": [_REQUIREMENTS.get((op, code)) or _REQUIREMENTS[op, None]],
            "flags": [],
            "note": f"Found by fuzzing; a port was wrong: {self.wrong}",
            "input": self.case.input,
            "expect": self.expected,
        }
        return vector | ({"neighbour": _nearest(self.case)} if code else {})


def core_answer(case: Case) -> dict[str, Any]:
    """Return what the Python core answers: ``{"ok"}`` or ``{"error": {"code"}}``.

    Raises Difference where the core fails with anything but a refusal: the core is wrong then.
    """
    try:
        if case.op == "header.parse":
            found = header.parse(untag(case.input["field"]))
            return {"ok": {"targets": [target_to_json(target) for target in found]}}
        targets = [target_from_json(target) for target in case.input["targets"]]
        limit = case.input.get("limit", header.WRITE_LIMIT)
        return {"ok": {"field": header.format(targets, limit)}}
    except MizanError as error:
        return {"error": {"code": error.code}}
    except Exception as error:
        failed = {"error": {"code": "port.crash"}}
        raise Difference(case, failed, f"the core itself fails: {error!r}") from error


def law_broken(case: Case) -> str | None:
    """Say which law the core itself breaks on this input, or None.

    The laws: what is written reads as itself (MZ-HDR-015), and is a List to the independent
    parser `http-sf`.
    """
    ok = core_answer(case).get("ok")
    if ok is None:
        return None
    field = ok["field"] if "field" in ok else core_answer(Case("header.format", ok))["ok"]["field"]
    again = header.format(header.parse(field), max(len(field), 1))
    if again != field:
        return f"the core writes {field!r}, reads it, and writes {again!r}"
    return _refused_elsewhere(field)


def _refused_elsewhere(field: str) -> str | None:
    try:
        members = http_sf.parse(field.encode("ascii"), tltype="list")
    except ValueError as error:
        return f"the core writes {field!r}, which http-sf refuses: {error}"
    written = len(field.split(", ")) if field else 0
    if isinstance(members, list) and len(members) == written:
        return None
    return f"the core writes {written} members in {field!r}, http-sf reads {members!r}"


def _nearest(case: Case) -> str:
    """Return the id of the accepted vector whose input looks most like this one."""
    accepted = [vector for vector in load_all() if vector.op == case.op and vector.code is None]
    text = json.dumps(case.input)

    def likeness(vector: Vector) -> float:
        return SequenceMatcher(None, text, json.dumps(vector.input)[:2000]).ratio()

    return max(accepted, key=likeness).id

"""What was found becomes a vector of the suite."""

from typing import Any

import pytest

from mizan_conformance.channel import Fault
from mizan_conformance.fuzz.mutate import Case
from mizan_conformance.fuzz.vector import Difference, expectation
from mizan_conformance.messages import Answer
from mizan_conformance.python_ops import OPERATIONS
from mizan_conformance.vectors import load_all

PARSE = Case("header.parse", {"field": "user;a=1, b"})
FORMAT = Case("header.format", {"targets": ["b", {"context": "a", "params": {"x": 5}}]})


@pytest.mark.parametrize(
    ("case", "answer"),
    [
        (PARSE, Answer(OPERATIONS[PARSE.op](PARSE.input))),
        (FORMAT, Answer(OPERATIONS[FORMAT.op](FORMAT.input))),
        (Case("header.parse", {"field": "("}), Answer(None, "header.syntax", "why")),
    ],
)
def test_the_vector(case: Case, answer: Answer) -> None:
    vector = Difference(case, answer, "it said no").vector()
    by_id = {item.id: item for item in load_all()}
    assert vector["requirements"][0].startswith("MZ-HDR-")
    assert vector["input"] == case.input
    assert vector["expect"] == expectation(answer)
    assert vector["note"] == "Found by fuzzing; a port was wrong: it said no"
    if answer.ok is None:
        assert by_id[vector["neighbour"]].code is None
    else:
        assert "neighbour" not in vector


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (Answer({"text": "x"}), {"ok": {"text": "x"}}),
        (Answer(None, "json.nan", "why"), {"error": {"code": "json.nan"}}),
        (Fault("crash", "why"), {"error": {"code": "port.crash"}}),
    ],
)
def test_what_is_expected(answer: Answer | Fault, expected: dict[str, Any]) -> None:
    assert expectation(answer) == expected


def test_the_id_is_the_inputs() -> None:
    first = Difference(PARSE, Answer({}), "a").vector()["id"]
    assert first == Difference(PARSE, Answer({}), "b").vector()["id"]
    assert first != Difference(FORMAT, Answer({}), "a").vector()["id"]
    assert first.startswith("header-parse/fuzz-")


def test_the_neighbour_is_the_nearest() -> None:
    near = next(item for item in load_all() if item.id == "header-parse/three-parameters")
    case = Case("header.parse", {"field": near.input["field"] + ";x"})
    refused = Answer(None, "header.bare_parameter")
    assert Difference(case, refused, "").vector()["neighbour"] == near.id

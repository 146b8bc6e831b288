"""A law holds for the core's answers, and is seen broken where they are not."""

import sys
from typing import Any

import pytest

from mizan_conformance.fuzz.laws import broken
from mizan_conformance.fuzz.mutate import Case
from mizan_conformance.messages import Answer
from mizan_conformance.python_ops import OPERATIONS
from mizan_conformance.vectors import load_all


def test_the_core_keeps_them_on_every_vector() -> None:
    for vector in load_all():
        if vector.code is None:
            answer = Answer(OPERATIONS[vector.op](vector.input))
            assert broken(Case(vector.op, vector.input), answer) is None, vector.id


@pytest.mark.parametrize(
    ("op", "ok", "said"),
    [
        ("header.format", {"field": "b, a"}, "read, and written as 'a, b'"),
        ("header.parse", {"targets": ["b", "a"]}, "it is no canonical set"),
        ("targets.canonical", {"targets": ["*", "a"]}, "no canonical"),
        ("jcs", {"text": "[1, 2]"}, "it is no canonical text; that would be '[1,2]'"),
        ("jcs", {"text": "1.0"}, "it is no canonical text; that would be '1'"),
    ],
)  # fmt: skip
def test_an_answer_that_breaks_one(op: str, ok: dict[str, Any], said: str) -> None:
    assert said in (broken(Case(op, {}), Answer(ok)) or "")


def test_a_refusal_breaks_none() -> None:
    assert broken(Case("jcs", {}), Answer(None, "json.nan")) is None


def test_the_independent_parser_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    class Parser:
        @staticmethod
        def parse(_data: bytes, tltype: str) -> list[str]:
            return [tltype]

    monkeypatch.setitem(sys.modules, "http_sf", Parser)
    said = broken(Case("header.format", {}), Answer({"field": "a, b"}))
    assert said == "2 members were written in 'a, b'; http-sf reads ['list']"

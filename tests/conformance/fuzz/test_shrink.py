"""What is made small still differs, and keeps the form of its operation."""

from typing import Any

import pytest

from mizan_conformance.fuzz.mutate import Case
from mizan_conformance.fuzz.shrink import shrink

LONG = "some text; with an x in it" * 20
SET = ["a", {"context": "b", "params": {"p": 1, "q": 77}}, "*", {"context": "c", "params": {}}]


@pytest.mark.parametrize(
    ("case", "needle", "smallest"),
    [
        (Case("header.parse", {"field": LONG}), "x", {"field": "x"}),
        (
            Case("header.parse", {"field": {"$bytes": "610078ff"}}),
            "78",
            {"field": {"$bytes": "78"}},
        ),
        (Case("jcs", {"value": {"a": [1, {"b": ["x"]}], "c": 2}}), "x", {"value": "x"}),
        (Case("jcs", {"value": [12345, "y"]}), "1", {"value": 1}),
        (Case("jcs", {"value": {"some x": 1}}), "x", {"value": "x"}),
        (Case("jcs", {"value": {"some x": 1, "y": 2}}), "x': 1", {"value": {"x": 1}}),
        (Case("canonical", {"value": {"$utf16": "0061dc00"}}), "dc", {"value": {"$utf16": "dc00"}}),
        (
            Case("coerce", {"type": {"type": "list", "items": {"type": "date"}}, "value": ["x"]}),
            "date",
            {"type": {"type": "date"}, "value": ""},
        ),
        (
            Case("header.format", {"targets": SET, "limit": 9}),
            "q",
            {"targets": [{"context": "b", "params": {"q": 0}}]},
        ),
        (
            Case("token.verify", {"token": "ab?", "keys": [{"k": 1}, {"k": 2}], "algs": ["x"]}),
            "?",
            {"token": "?", "keys": [{"k": 2}], "algs": ["x"]},
        ),
    ],
)  # fmt: skip
def test_the_smallest_that_still_has_it(case: Case, needle: str, smallest: dict[str, Any]) -> None:
    def differs(candidate: Case) -> bool:
        assert candidate.op == case.op
        return needle in str([*candidate.input.values()])

    assert shrink(case, differs).input == smallest


def test_the_number_of_tries_is_bounded() -> None:
    tries: list[Case] = []

    def differs(case: Case) -> bool:
        tries.append(case)
        return len(case.input["field"]) > 5

    found = shrink(Case("header.parse", {"field": LONG}), differs, 7)
    assert len(tries) == 7
    assert len(found.input["field"]) < len(LONG)


def test_what_never_differs_again_stays() -> None:
    case = Case("header.parse", {"field": LONG})
    assert shrink(case, lambda _: False) == case

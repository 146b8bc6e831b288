"""What the core answers becomes a vector; what it writes is checked by its laws and by http-sf."""

import sys
from importlib import import_module
from typing import Any

import pytest

from mizan_conformance import fuzz_vector
from mizan_conformance.fuzz_vector import Case, Difference, core_answer, law_broken
from mizan_conformance.vectors import load_all

PARSE = Case("header.parse", {"field": "user;a=1, b"})
FORMAT = Case("header.format", {"targets": ["b", {"context": "a", "params": {"x": 5}}]})


@pytest.mark.parametrize(
    ("case", "answer"),
    [
        (PARSE, {"ok": {"targets": ["b", {"context": "user", "params": {"a": "1"}}]}}),
        (Case("header.parse", {"field": {"$bytes": "61"}}), {"ok": {"targets": ["a"]}}),
        (Case("header.parse", {"field": "a/b/c"}), {"error": {"code": "header.two_functions"}}),
        (FORMAT, {"ok": {"field": "a;x=5, b"}}),
        (Case("header.format", {**FORMAT.input, "limit": 5}), {"ok": {"field": "a, b"}}),
    ],
)
def test_core_answer(case: Case, answer: dict[str, Any]) -> None:
    assert core_answer(case) == answer
    assert law_broken(case) is None


@pytest.mark.parametrize(
    ("case", "requirement", "has_neighbour"),
    [
        (PARSE, "MZ-HDR-013", False),
        (FORMAT, "MZ-HDR-001", False),
        (Case("header.parse", {"field": "("}), "MZ-HDR-010", True),
        (Case("header.parse", {"field": "a;b"}), "MZ-HDR-011", True),
    ],
)
def test_the_vector(case: Case, requirement: str, has_neighbour: bool) -> None:
    vector = Difference(case, core_answer(case), "it said no").vector()
    assert vector["requirements"] == [requirement]
    assert vector["input"] == case.input
    assert vector["expect"] == core_answer(case)
    assert vector["note"] == "Found by fuzzing; a port was wrong: it said no"
    accepted = {item.id for item in load_all() if item.code is None and item.op == case.op}
    assert (vector.get("neighbour") in accepted) is has_neighbour


def test_the_id_is_the_inputs() -> None:
    first = Difference(PARSE, {}, "a").vector()["id"]
    assert first == Difference(PARSE, {}, "b").vector()["id"]
    assert first != Difference(FORMAT, {}, "a").vector()["id"]


def test_the_neighbour_is_the_nearest() -> None:
    near = next(item for item in load_all() if item.id == "header-parse/three-parameters")
    case = Case("header.parse", {"field": near.input["field"] + ";x"})
    assert Difference(case, core_answer(case), "").vector()["neighbour"] == near.id


def test_a_core_that_fails_is_a_difference(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_field: object) -> None:
        raise ZeroDivisionError("out of cheese")

    monkeypatch.setattr(fuzz_vector.header, "parse", broken)
    with pytest.raises(
        Difference, match=r"header\.parse.*the core itself fails: ZeroDivisionError"
    ):
        core_answer(PARSE)


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("b, a", "the core writes 'b, a', reads it, and writes 'a, b'"),
        ("a;b=1", None),
    ],
)
def test_a_law(monkeypatch: pytest.MonkeyPatch, written: str, said: str | None) -> None:
    monkeypatch.setattr(fuzz_vector, "core_answer", lambda _case: {"ok": {"field": written}})
    assert law_broken(FORMAT) == said


@pytest.mark.parametrize(
    ("field", "said"),
    [("a, b;c=1", None), ("", None), ("a b", "which http-sf refuses"), ("a,b", "http-sf reads")],
)
def test_the_independent_parser(field: str, said: str | None) -> None:
    found = fuzz_vector._refused_elsewhere(field)
    assert found is None if said is None else said in (found or "")


def test_the_independent_parser_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fuzz_vector, "_refused_elsewhere", lambda field: f"no list: {field}")
    assert law_broken(FORMAT) == "no list: a;x=5, b"
    assert law_broken(PARSE) == "no list: b, user;a=1"


def test_without_the_independent_parser_there_is_no_fuzzing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "http_sf", None)
    monkeypatch.delitem(sys.modules, fuzz_vector.__name__)
    with pytest.raises(
        ImportError, match=r"needs http-sf: pip install 'mizan-protocol\[testing\]'"
    ):
        import_module(fuzz_vector.__name__)

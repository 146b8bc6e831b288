"""What was found, as a case, and the folder of such cases."""

from __future__ import annotations

from pathlib import Path

import pytest

from mizan_conformance.fuzz_http.case import case_of, hidden, keep, kept
from mizan_conformance.fuzz_http.play import Found, Move
from mizan_conformance.fuzz_http.rules import Fault
from mizan_conformance.http.cases import load_cases

FAULT = Fault("form", "MZ-ERR-003", "it was wrong", {"status": [404]})
STEPS = [
    {"raw": ["x\r\n\r\n"], "expect": {"status": [400], "closed": True}},
    {"request": {"ctx": "site", "as": "ada"}, "expect": {"status": [404]}},
]


def test_a_case_is_one_of_the_suite(tmp_path: Path) -> None:
    path = keep(tmp_path / "new", case_of(Found(FAULT, STEPS, []), {}))
    (case,) = load_cases(path.parent)
    assert case.vector.id == f"http-fuzz/{path.stem}"
    assert case.vector.id.startswith("http-fuzz/form-")
    assert case.vector.requirements == ("MZ-ERR-003",)
    assert case.needs == {"token"}
    assert case.vector.input["steps"] == STEPS


def test_what_is_kept_is_played_again(tmp_path: Path) -> None:
    keep(tmp_path, case_of(Found(FAULT, STEPS, []), {}))
    assert list(kept(tmp_path, {})) == [[Move(STEPS[0]), Move({"ctx": "site", "as": "ada"})]]
    assert list(kept(None, {})) == list(kept(tmp_path / "none", {})) == []


def test_a_folder_of_something_else_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text("[]")
    with pytest.raises(ValueError, match=r"a\.json is no file of cases"):
        list(kept(tmp_path, {}))


def test_who_asks_is_not_told(tmp_path: Path) -> None:
    given = {"Cookie": "s=secret"}
    spec = {"ctx": "site", "headers": {**given, "Accept": "*/*"}}
    found = Found(FAULT, [{"request": spec, "expect": {}}], [])
    path = keep(tmp_path, case_of(found, given))
    assert "secret" not in path.read_text()
    assert list(kept(tmp_path, given)) == [[Move(spec)]]
    assert hidden(spec["headers"], given) == {"Cookie": "{Cookie}", "Accept": "*/*"}  # type: ignore[arg-type]  # a mapping

"""The cases are data that can be read, named once, and cover requirements that there are."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from mizan_conformance.http.cases import load_cases
from mizan_conformance.http.run import all_cases, vectors
from mizan_conformance.requirements import load
from mizan_conformance.vectors import load_all

FAMILIES = {"DOC", "URL", "POL", "KEY", "MAN", "CLI", "MWT", "SFL", "COH", "ERR", "CALL"}
# Server requirements that show in no reply: what is stored, started, exported, or out of reach.
UNSEEN = {
    "MZ-POL-011",
    "MZ-KEY-004",
    "MZ-MAN-005",
    "MZ-CLI-001",
    "MZ-COH-003",
    "MZ-COH-005",
    "MZ-COH-007",
    "MZ-COH-008",
    "MZ-COH-009",
    "MZ-COH-016",
    "MZ-COH-017",
}


def test_ids_are_unique_and_no_vectors_are_named_like_them() -> None:
    ids = [each.id for each in vectors(all_cases())]
    assert len(ids) == len(set(ids))
    assert not {each.topic for each in load_all()} & {each.topic for each in vectors(all_cases())}


def test_requirements_are_those_of_the_specification() -> None:
    known = {each.id for each in load()}
    for each in vectors(all_cases()):
        assert each.requirements, each.id
        assert set(each.requirements) <= known, each.id
        assert each.note.endswith("."), each.id


def test_what_a_reply_can_show_of_a_server_has_a_case() -> None:
    covered = {name for each in vectors(all_cases()) for name in each.requirements}
    servers = {each.id for each in load() if each.level == "server"}
    shown = {name for name in servers if name.split("-")[1] in FAMILIES}
    assert shown - covered == UNSEEN


CASE = {
    "id": "t/one",
    "requirements": ["MZ-DOC-004"],
    "note": "Shows one.",
    "steps": [{"request": {"ctx": "site"}, "expect": {"status": 200}}],
}


def write(folder: Path, **members: Any) -> Path:
    document = {"topic": "t", "cases": [{**CASE, **members}]}
    (folder / "t.json").write_text(json.dumps(document))
    return folder


def test_a_file_is_read(tmp_path: Path) -> None:
    (found,) = load_cases(write(tmp_path, needs=["session"]))
    assert (found.vector.id, found.vector.topic, found.needs) == ("t/one", "t", {"session"})
    assert found.vector.input == {"steps": CASE["steps"]}


@pytest.mark.parametrize(
    ("members", "said"),
    [
        ({"id": "u/one"}, "u/one must begin with 't/'"),
        ({"colour": 1}, "'colour' is none of id, needs"),
        ({"needs": ["luck"]}, "'luck' is none of session, token"),
        ({"steps": [{"request": {"ctx": "a"}}]}, "KeyError"),
        ({"steps": [{"expect": {}}]}, "a step has either `request` or `raw`"),
        ({"steps": [{"request": {"verb": "GET"}, "expect": {}}]}, "'verb' is none of"),
        ({"steps": [{"request": {}, "expect": {"state": 1}}]}, "'state' is none of"),
    ],
)
def test_a_wrong_file_is_refused(tmp_path: Path, members: dict[str, Any], said: str) -> None:
    with pytest.raises(ValueError, match=r"t\.json is no file of cases") as refused:
        load_cases(write(tmp_path, **members))
    assert said in str(refused.value)

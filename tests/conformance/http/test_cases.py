"""The cases are data that can be read, named once, and cover requirements that there are."""

from __future__ import annotations

import json
from collections import Counter
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from mizan.errors import MizanError
from mizan_conformance.http.cases import Wrong, load_cases
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
    "MZ-COH-018",
    "MZ-COH-019",
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


PROBLEM = b'{"code":"%b","status":%d,"title":"No","type":"urn:x"}'


def problem(status: int, code: bytes) -> tuple[int, bytes, dict[str, str]]:
    """Return what a server says that refuses everything."""
    headers = {"Content-Type": "application/problem+json", "Cache-Control": "no-store"}
    return status, PROBLEM % (code, status), headers | {"Allow": "POST", "WWW-Authenticate": "x"}


@pytest.mark.parametrize(
    ("status", "body", "headers"),
    [
        (200, b'{"result":null}', {"Content-Type": "application/json"}),
        (200, b"{}", {"Content-Type": "application/json", "Cache-Control": "public, no-cache"}),
        (304, b"", {}),
        problem(400, b"malformed"),
        problem(401, b"token_invalid"),
        problem(403, b"csrf"),
        problem(404, b"not_found"),
        problem(422, b"validation"),
        problem(500, b"internal"),
    ],
)
def test_a_server_that_always_says_the_same_passes_next_to_nothing(
    status: int, body: bytes, headers: dict[str, str], talk: Any, reply: Any
) -> None:
    stage = talk(lambda *_: reply(body, status, headers=headers))
    stage.site.ask_raw = lambda *_, **__: None
    totals, passed = Counter[str](), Counter[str]()
    for each in all_cases():
        totals[each.vector.topic] += 1
        stage.replies.clear()
        with suppress(Wrong, MizanError, KeyError, TypeError, ValueError):
            each.play(stage)
            passed[each.vector.topic] += 1
    assert {topic for topic in totals if passed[topic] * 10 >= totals[topic]} == set()

"""What a reply is held to."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from mizan_conformance.fuzz_http.memory import Known
from mizan_conformance.fuzz_http.rules import Fault, fault_of, stream_fault
from mizan_conformance.http.site import Reply

Make = Callable[..., Any]
SITE = {"site_info": {"motto": "m", "name": "n"}}
NOTE = {"author": None, "board_id": 1, "id": 3, "text": ""}
ADDED = {"invalidate": [{"context": "board", "params": {"board_id": 1}}], "result": NOTE}
ADD = {"call": "add_note", "args": {"board_id": 1, "text": ""}}


@pytest.fixture
def fault(ask: Make, reply: Make, shown: Make) -> Callable[..., Fault | None]:
    """Say what is wrong with a reply to a request of a step."""

    def find(spec: Any, value: Any = None, *args: Any, known: Any = None, **headers: str) -> Any:
        request = ask(**spec)
        return fault_of(shown(request, reply(request, value, *args, **headers), known))

    return find


def test_right_replies_have_no_fault(fault: Make, problem: Make) -> None:
    assert fault({"ctx": "site"}, SITE) is None
    assert fault(ADD, ADDED, X_Mizan_Invalidate="board;board_id=1") is None
    assert fault(ADD, problem("csrf", 403), 403) is None
    assert fault(ADD, problem("app.board_full", 409, data={"limit": 4}), 409) is None
    assert fault(ADD, problem("unavailable", 503), 503, Retry_After="1") is None


@pytest.mark.parametrize(
    ("rule", "spec", "value", "status", "headers"),
    [
        ("crash", {"ctx": "site"}, b"<h1>Oh</h1>", 500, {}),
        ("schema-digest", {"ctx": "site"}, SITE, 200, {"X_Mizan_Schema": ""}),
        ("canonical-body", {"ctx": "site"}, b'{"site_info": {}}', 200, {}),
        ("etag", {"ctx": "site"}, SITE, 200, {"ETag": '"0"'}),
        ("header-and-body", ADD, ADDED, 200, {"X_Mizan_Invalidate": "board"}),
        ("shape", {"ctx": "site"}, {"site_info": {"motto": 5, "name": "n"}}, 200, {}),
        ("shape", {"ctx": "site"}, {"other": 1}, 200, {}),
        ("form", {"ctx": "board?board_id=x"}, SITE, 200, {}),
        ("declared", ADD, {"result": NOTE}, 200, {}),
        ("token", {"call": "whoami", "headers": {"X-Mizan-Token": "x"}}, {"result": 1}, 200, {}),
        ("csrf", {"call": "whoami", "headers": {"Cookie": "s=1"}}, {"result": 1}, 200, {}),
    ],
)
def test_a_fault_is_told_by_its_rule(
    fault: Make, rule: str, spec: Any, value: Any, status: int, headers: Any
) -> None:
    found = fault(spec, value, status, **headers)
    assert found is not None
    assert found.rule == rule


def test_a_declared_target_may_be_broader(fault: Make) -> None:
    broad = {"invalidate": ["board"], "result": NOTE}
    assert fault(ADD, broad, X_Mizan_Invalidate="board") is None
    other = {"invalidate": [{"context": "board", "params": {"board_id": 2}}], "result": NOTE}
    found = fault(ADD, other, X_Mizan_Invalidate="board;board_id=2")
    assert found is not None
    assert found.rule == "declared"


def test_a_right_call_is_not_refused(fault: Make, problem: Make) -> None:
    place = {"pointer": "/text", "code": "string_type", "detail": "no"}
    found = fault(ADD, problem("validation", 422, errors=[place]), 422)
    assert found is not None
    assert (found.rule, found.requirement) == ("form", "MZ-CLI-001")
    assert 422 not in found.expect["status"]


def test_an_unknown_code_is_a_fault(fault: Make, problem: Make) -> None:
    found = fault({"call": "nothing"}, problem("gone.fishing", 404), 404)
    assert found is not None
    assert found.rule == "code"


@pytest.mark.parametrize(
    ("pointer", "leads"),
    [("/text", True), ("/board_id", True), ("/a/b", False), ("", True), ("/board_id/0", False)],
)
def test_pointers_lead_somewhere(fault: Make, problem: Make, pointer: str, leads: bool) -> None:
    place = {"pointer": pointer, "code": "missing", "detail": "no"}
    spec = {"call": "add_note", "args": {"board_id": None}}
    found = fault(spec, problem("validation", 422, errors=[place]), 422)
    assert (found is None) is leads


def test_a_query_is_refused_for_what_is_wrong(fault: Make, problem: Make) -> None:
    place = {"pointer": "/board_id", "code": "coerce.range", "detail": "no"}
    found = fault({"ctx": "board?board_id=x"}, problem("validation", 422, errors=[place]), 422)
    assert found is not None
    assert found.rule == "error"
    assert found.expect == {"problem": {"errors": [["/board_id", "coerce.lexical"]]}}


def test_other_spellings_are_not_stored(fault: Make) -> None:
    found = fault({"ctx": "label?name=%61"}, {"label_text": None})
    assert found is not None
    assert found.rule == "spelling"
    url = "/mizan/ctx/label/?name=a"
    own = {"Cache_Control": "no-store", "ETag": "", "Content_Location": url}
    assert fault({"ctx": "label?name=%61"}, {"label_text": None}, **own) is None


def test_a_read_gives_what_it_gave(fault: Make) -> None:
    known = Known(0, b"{}", '"a"', None)  # type: ignore[arg-type]  # no instance is asked for
    found = fault({"ctx": "site"}, SITE, known=known)
    assert found is not None
    assert (found.rule, found.expect) == ("same", {"same": 0})


def test_a_condition_that_holds_is_304(fault: Make, ask: Make, reply: Make) -> None:
    answer = reply(ask(ctx="site"), SITE)
    known = Known(0, answer.body, answer.header("ETag"), None)  # type: ignore[arg-type]  # as above
    spec = {"ctx": "site", "headers": {"If-None-Match": known.tag}}
    found = fault(spec, SITE, known=known)
    assert found is not None
    assert found.expect == {"status": 304}


@pytest.mark.parametrize(
    ("body", "right"),
    [
        (b'id: 1\nevent: ready\ndata: {"heartbeat":15,"refused":[]}\n\n', True),
        (b'id: 1\nevent: ready\ndata: {"heartbeat":"x"}\n\n', False),
        (b"id: 1\nevent: ready\ndata: {\n\n", False),
        (b"event: invalidate\ndata: {}\n\n", False),
        (b"", False),
    ],
)
def test_a_stream_begins_with_ready(body: bytes, right: bool) -> None:
    assert (stream_fault(Reply("GET", "/", 200, {}, body)) is None) is right

"""What is right for a request, by the schema alone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from mizan_conformance.fuzz_http.right import FORM, right_of
from mizan_conformance.fuzz_http.server import Server

Ask = Callable[..., Any]


@pytest.mark.parametrize(
    ("spec", "status"),
    [
        ({"ctx": "board?board_id=01"}, 422),
        ({"ctx": "board"}, 422),
        ({"ctx": "board?board_id=%zz"}, 400),
        ({"ctx": "nothing"}, 404),
        ({"ctx": "board?board_id=1", "method": "PUT"}, 405),
        ({"call": "no_such"}, 404),
        ({"call": "add_note", "args": {"board_id": 1}}, 422),
        ({"call": "add_note", "args": {"board_id": [], "text": ""}}, 422),
        ({"path": "/mizan/call/", "method": "GET"}, 405),
        ({"path": "/mizan/call/", "text": '{"function":"whoami",}'}, 400),
        ({"path": "/mizan/call/", "text": '{"function":"whoami","function":"x"}'}, 400),
        ({"path": "/mizan/call/", "text": {"$bytes": "22ff22"}}, 400),
        ({"path": "/mizan/call/", "text": "[]"}, 400),
        ({"path": "/mizan/call/", "text": "{}", "headers": {"Content-Type": "text/plain"}}, 415),
        ({"path": "/mizan/ctx/board/", "text": "{}"}, 422),
        ({"path": "/mizan/ctx/board/", "text": "[]"}, 400),
    ],
)
def test_what_is_wrong_is_refused(server: Server, ask: Ask, spec: Any, status: int) -> None:
    right = right_of(server, ask(**spec))
    assert right.is_refused
    assert right.only is not None
    assert status in right.only


@pytest.mark.parametrize(
    "spec",
    [
        {"ctx": "board?board_id=1"},
        {"ctx": "site", "method": "HEAD"},
        {"path": "/mizan/ctx/board/", "text": '{"board_id":1}'},
        {"call": "add_note", "args": {"board_id": 1, "text": ""}},
        {"call": "arguments_seen"},
    ],
)
def test_what_is_right_is_not_refused_for_its_form(server: Server, ask: Ask, spec: Any) -> None:
    right = right_of(server, ask(**spec))
    assert not right.is_refused
    assert right.never == FORM


def test_the_canonical_url_is_known(server: Server, ask: Ask) -> None:
    right = right_of(server, ask(ctx="board?limit=10&board_id=1"))
    assert right.url == "/mizan/ctx/board/?board_id=1&limit=10&newest_first=false"
    assert not right.canonical
    assert right_of(server, ask(path=right.url)).canonical


def test_where_a_query_is_wrong_is_known(server: Server, ask: Ask) -> None:
    right = right_of(server, ask(ctx="board?board_id=x"))
    assert right.error == ("/board_id", "coerce.lexical")


@pytest.mark.parametrize(
    "spec",
    [
        {"call": "add_note", "args": {"board_id": "1", "text": ""}},  # a lax server takes it
        {"call": "types_seen", "args": {"q": "", "price": "x"}},  # a lenient function
        {"call": "add_note", "args": {"board_id": 1, "text": "x" * 40_000}},  # a server's limit
        {"ctx": "label?name=" + "x" * 3000},
    ],
)
def test_what_is_not_known_is_not_claimed(server: Server, ask: Ask, spec: Any) -> None:
    right = right_of(server, ask(**spec))
    assert right.only is None
    assert 422 not in right.never


def test_other_paths_are_the_sites_own(server: Server, ask: Ask) -> None:
    assert not right_of(server, ask(path="/mizan/ctx/a/b/", method="GET")).is_endpoint
    assert right_of(server, ask(path="/mizan/events/?held=a", method="GET")).is_endpoint

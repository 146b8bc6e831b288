"""A case's requests are what its steps say, and its cookies are its own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from mizan_conformance.http.cases import Wrong
from mizan_conformance.http.site import Reply
from mizan_conformance.http.stage import Stage, joined

Make = Callable[..., Reply]


@pytest.fixture
def stage(talk: Any, reply: Make) -> Stage:
    """A stage whose server echoes nothing."""
    found: Stage = talk(lambda *_: reply())
    return found


JSON = {"Content-Type": "application/json"}


@pytest.mark.parametrize(
    ("spec", "method", "target", "headers", "body"),
    [
        ({"ctx": "site"}, "GET", "/mizan/ctx/site/", {}, None),
        ({"ctx": "a?b=c?d"}, "GET", "/mizan/ctx/a/?b=c?d", {}, None),
        ({"ctx": "a", "method": "PUT"}, "PUT", "/mizan/ctx/a/", {}, None),
        ({"ctx": "a", "json": {"b": 1}}, "POST", "/mizan/ctx/a/", JSON, b'{"b": 1}'),
        ({"call": "f"}, "POST", "/mizan/call/", JSON, b'{"function": "f"}'),
        ({"call": "f", "args": {}}, "POST", "/mizan/call/", JSON, b'{"function": "f", "args": {}}'),
        ({"path": "/p/", "text": ["a", {"$bytes": "ff"}]}, "POST", "/p/", JSON, b"a\xff"),
        (
            {"path": "/p/", "form": "a=b"},
            "POST",
            "/p/",
            {"Content-Type": "application/x-www-form-urlencoded"},
            b"a=b",
        ),
        (
            {"ctx": "a", "held": "b", "headers": {"C": "d"}},
            "GET",
            "/mizan/ctx/a/",
            {"X-Mizan-Held": "b", "C": "d"},
            None,
        ),
        ({"path": "/p/", "text": "a", "headers": {"Content-Type": None}}, "POST", "/p/", {}, b"a"),
    ],
)
def test_requests(
    stage: Stage, spec: Any, method: str, target: str, headers: Any, body: bytes | None
) -> None:
    assert stage.request(spec) == (method, target, headers, body)


def test_tags_stand_for_what_is_known_only_now(stage: Stage, reply: Make) -> None:
    stage.replies.append(reply(headers={"ETag": '"1"'}))
    stage.cookies["c"] = "v"

    def value(tag: Any) -> str:
        return stage.request({"ctx": "a", "headers": {"X": tag}}).headers["X"]

    assert value({"$reply": [0, "ETag"]}) == '"1"'
    assert value({"$reply": [0, "ETag", "W/"]}) == 'W/"1"'
    assert value({"$reply": [0, "None"]}) == ""
    assert value({"$cookie": "c"}) == "v"
    assert value({"$cookie": "d"}) == ""
    assert value({"$origin": True}) == "http://127.0.0.1:9"
    assert value({"$repeat": 3, "of": "a"}) == "aaa"
    assert value({"$bearer": {"text": "t"}}) == "Bearer t"
    assert value({"$token": "ada"}).count(".") == 2
    assert stage.request({"ctx": "a", "as": {"text": "t"}}).headers["X-Mizan-Token"] == "t"


def test_cookies_are_kept_and_dropped(talk: Any, reply: Make) -> None:
    given = iter([("a=1; Path=/", "b=2"), ("a=; Max-Age=0",), ()])
    sent: list[str | None] = []

    def answer(*request: Any) -> Reply:
        sent.append(request[2].get("Cookie"))
        return reply(cookies=next(given))

    stage = talk(answer)
    for _ in range(3):
        stage.read("site")
    assert sent == [None, "a=1; b=2", "b=2"]


def test_a_cookie_that_cannot_be_read_is_wrong(talk: Any, reply: Make) -> None:
    with pytest.raises(Wrong, match="a cookie that cannot be read"):
        talk(lambda *_: reply(cookies=("rubbish",))).read("site")


def test_a_step_that_is_wrong_says_which(talk: Any, reply: Make) -> None:
    stage = talk(lambda *_: reply(b"{}"))
    stage.take({"request": {"ctx": "site"}, "expect": {"status": 200}})
    with pytest.raises(Wrong, match="step 2, GET /mizan/ctx/site/: expected the status 404"):
        stage.take({"request": {"ctx": "site"}, "expect": {"status": 404}})


def test_raw_bytes_name_the_host(talk: Any, reply: Make) -> None:
    stage = talk(lambda *_: reply())
    sent: list[bytes] = []
    stage.site.ask_raw = lambda data, **_: sent.append(data)
    stage.take(
        {"raw": ["GET {host} ", {"$bytes": "ff"}], "expect": {"status": 400, "closed": True}}
    )
    assert sent == [b"GET 127.0.0.1:9 \xff"]
    with pytest.raises(Wrong, match="expected 400, got no reply"):
        stage.take({"raw": "x", "expect": {"status": 400}})


def test_parts_are_joined() -> None:
    assert joined(["é", [{"$repeat": 2, "of": "a"}], {"$bytes": "00"}]) == b"\xc3\xa9aa\x00"

"""What is expected of a reply is compared, and told where it is not so."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from mizan_conformance.http.judge import judge, raw_fault
from mizan_conformance.http.site import Reply

Make = Callable[..., Reply]
STALE = {"X-Mizan-Invalidate": "board;board_id=1", "Content-Type": "application/json"}
TARGET = {"context": "board", "params": {"board_id": 1}}
PROBLEM = {
    "code": "validation",
    "detail": "No.",
    "errors": [{"code": "coerce.lexical", "detail": "x", "pointer": "/a"}],
}


@pytest.mark.parametrize(
    ("expect", "body", "members"),
    [
        ({"status": 200}, {}, {}),
        ({"status": [400, 404]}, {}, {"status": 404}),
        ({"json": {"a": 1.0}}, {"a": 1}, {}),
        ({"text": "Été"}, "Été".encode(), {}),
        ({"result": None}, {"result": None}, {}),
        ({"invalidate": [TARGET]}, {"result": 1, "invalidate": [TARGET]}, {"headers": STALE}),
        ({"invalidate": [TARGET]}, b"", {"headers": {"X-Mizan-Invalidate": "board;board_id=1"}}),
        ({"invalidate": []}, {"result": 1}, {"headers": {"Content-Type": "application/json"}}),
        ({"fresh": []}, {"result": 1}, {}),
        (
            {"fresh": [{"context": "a"}, {"context": "b"}]},
            {"fresh": [{"context": "b"}, {"context": "a"}]},
            {},
        ),
        ({"problem": {"code": ["malformed", "validation"], "pointers": ["/a"]}}, PROBLEM, {}),
        ({"problem": {"errors": [["/a", "coerce.lexical"]], "function": None}}, PROBLEM, {}),
        (
            {"headers": {"A": None, "B": "b", "C": {"$has": "x"}, "D": {"$set": ["GET", "HEAD"]}}},
            b"",
            {"headers": {"B": "b", "C": "w, X", "D": "HEAD,GET"}},
        ),
        (
            {"headers": {"E": {"$like": "a+"}, "F": "y"}},
            b"",
            {"headers": {"E": "aaa", "F": "y"}},
        ),
        (
            {"headers": {"ETag": {"$etag": True}}},
            b"",
            {"headers": {"ETag": '"e3b0c44298fc1c149afbf4c8996fb924"'}},
        ),
    ],
)
def test_what_is_right(expect: Any, body: Any, members: Any, reply: Make) -> None:
    assert judge(expect, reply(body, **members), ()) is None


@pytest.mark.parametrize(
    ("expect", "body", "members", "said"),
    [
        ({"status": [400, 404]}, {}, {}, "expected the status 400 or 404, got 200: {}"),
        ({"status": 400}, b"<p>", {}, "got 200: b'<p>'"),
        ({"json": {"a": True}}, {"a": 1}, {}, "at /a: expected true, got 1"),
        ({"json": {}}, b"{", {}, "the body is no JSON"),
        ({"text": "abc"}, b"abd", {}, "from byte 2 on"),
        ({"text": "abc"}, b"ab", {}, "from byte 2 on"),
        ({"result": None}, {}, {}, "at /result: expected null, got nothing"),
        ({"result": 1}, b"x", {}, "the body is no JSON"),
        ({"result": 1}, [], {}, "at /result: expected 1, got nothing"),
        ({"invalidate": [TARGET]}, {}, {}, "expected 'board;board_id=1', got None"),
        ({"invalidate": [TARGET]}, {"result": 1}, {"headers": STALE}, "at /invalidate: expected"),
        (
            {"invalidate": []},
            {"invalidate": []},
            {"headers": {"Content-Type": "application/json"}},
            "expected nothing",
        ),
        ({"fresh": []}, {"fresh": []}, {}, "at /fresh: expected nothing"),
        ({"fresh": [{}]}, {"result": 1}, {}, "expected slices in `fresh`"),
        ({"fresh": [{"context": "a"}]}, {"fresh": [{"context": "b"}]}, {}, "fresh: at /0/context"),
        ({"problem": {"code": "csrf"}}, PROBLEM, {}, 'expected the code "csrf"'),
        ({"problem": {"code": "csrf"}}, b"<p>", {}, "expected a problem document, got no JSON"),
        ({"problem": {"code": "csrf"}}, [], {}, "expected a problem document, got []"),
        ({"problem": {"detail": None}}, PROBLEM, {}, 'detail: expected null, got "No."'),
        ({"problem": {"pointers": ["/b"]}}, PROBLEM, {}, 'pointers: expected ["/b"]'),
        ({"problem": {"errors": [["/a", "x"]]}}, PROBLEM, {}, "errors: expected"),
        ({"headers": {"A": None}}, b"", {"headers": {"A": "a"}}, "A: expected none, got 'a'"),
        ({"headers": {"A": "a"}}, b"", {}, "A: expected 'a', got none"),
        ({"headers": {"A": {"$has": "x"}}}, b"", {}, "expected 'x' in it"),
        ({"headers": {"A": {"$set": ["x"]}}}, b"", {"headers": {"A": "x, y"}}, "in any order"),
        ({"headers": {"A": {"$like": "x"}}}, b"", {}, "expected what 'x' matches"),
        (
            {"headers": {"A": {"$etag": True}}},
            b"",
            {"headers": {"A": '"0"'}},
            "from the body's SHA",
        ),
    ],
)
def test_what_is_wrong(expect: Any, body: Any, members: Any, said: str, reply: Make) -> None:
    fault = judge(expect, reply(body, **members), ())
    assert fault is not None
    assert said in fault


def test_a_reply_is_compared_with_an_earlier_one(reply: Make) -> None:
    first = reply(b"one", headers={"ETag": '"1"'})
    same = {"same": 0, "headers": {"ETag": {"$reply": [0, "ETag"]}}}
    assert judge(same, reply(b"one", headers={"ETag": '"1"'}), (first,)) is None
    assert "as in step 1" in str(judge(same, reply(b"one", headers={"ETag": '"2"'}), (first,)))
    assert "byte 0" in str(judge({"same": 0}, reply(b"two"), (first,)))


def test_raw_bytes_may_be_left_unanswered(reply: Make) -> None:
    assert raw_fault({"status": 400, "closed": True}, None) is None
    assert raw_fault({"status": 400}, None) == "expected 400, got no reply"
    assert raw_fault({"status": 400, "closed": True}, reply(status=400)) is None
    assert "expected the status 400" in str(raw_fault({"status": 400}, reply(b"<p>")))

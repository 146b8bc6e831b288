"""The rules for every reply: each lets a right one pass, and catches one that breaks it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from mizan_conformance.http.app import App
from mizan_conformance.http.every import JSON, PROBLEM, RULES, Every, judged
from mizan_conformance.http.site import Reply

Make = Callable[..., Reply]
BY_NAME: dict[str, Every] = {rule.vector.id.partition("/")[2]: rule for rule in RULES}
CALL = {"method": "POST", "target": "/mizan/call/"}
ERROR = b'{"code":"not_found","status":404,"title":"Not Found","type":"urn:x"}'
AS_PROBLEM = {"Content-Type": PROBLEM, "Cache-Control": "no-store"}
TAG = '"e3b0c44298fc1c149afbf4c8996fb924"'
TARGETS = b'{"invalidate":["site"],"result":1}'

RIGHT: list[tuple[str, Any, dict[str, Any]]] = [
    ("schema-digest", b"", {"target": "/boards/1/"}),
    ("canonical-body", b'{"a":1,"b":[]}', {"headers": {"Content-Type": JSON}}),
    ("canonical-body", b"not JSON", {"headers": {"Content-Type": "text/plain"}}),
    ("problem", ERROR, {"status": 404, "headers": AS_PROBLEM}),
    ("problem", b"", {"status": 405, "method": "HEAD"}),
    ("document", b'{"site_info":1}', {"headers": {"Content-Type": JSON}}),
    ("document", b'{"result":1}', {**CALL, "headers": {"Content-Type": JSON}}),
    ("demanded-header", b"", {"status": 405, "headers": {"Allow": "GET"}}),
    ("not-stored", b"", {"headers": {"Cache-Control": "public, no-cache"}}),
    ("not-stored", b"", {**CALL, "headers": {"Cache-Control": "no-store"}}),
    ("not-stored", b"", {"method": "POST", "headers": {"Cache-Control": "private, no-store"}}),
    ("header-and-body", TARGETS, {**CALL, "headers": {"X-Mizan-Invalidate": "site"}}),
    ("header-and-body", b'{"result":1}', CALL),
    ("etag", b"", {"headers": {"ETag": TAG}}),
    ("discreet", ERROR, {"status": 404}),
]
WRONG: list[tuple[str, Any, dict[str, Any], str]] = [
    (
        "not-stored",
        b"",
        {**CALL, "headers": {"Cache-Control": "private, no-store"}},
        "expected 'no-store'",
    ),
    ("schema-digest", b"", {"headers": {"X-Mizan-Schema": "0"}}, "X-Mizan-Schema: expected"),
    ("canonical-body", b'{"b":1,"a":1}', {"headers": {"Content-Type": JSON}}, "not canonical"),
    ("canonical-body", b"{", {"headers": {"Content-Type": JSON}}, "cannot be read"),
    ("problem", ERROR, {"status": 404}, "Content-Type: expected 'application/problem+json'"),
    ("problem", ERROR, {"status": 403, "headers": AS_PROBLEM}, "its member `status` says 404"),
    ("problem", b"{}", {"status": 404, "headers": AS_PROBLEM}, "no problem document at its top"),
    ("problem", b"[]", {"status": 404, "headers": AS_PROBLEM}, "no problem document"),
    ("document", b"{}", {"headers": {"Content-Type": JSON}}, "no context-bundle at its top"),
    ("document", b"{}", {**CALL, "headers": {"Content-Type": JSON}}, "no result at its top"),
    ("document", b"{}", {"headers": {"Content-Type": "text/html"}}, "Content-Type: expected"),
    ("demanded-header", b"", {"status": 401}, "it has no WWW-Authenticate"),
    ("not-stored", b"", CALL, "Cache-Control: expected 'no-store', got None"),
    ("not-stored", b"", {"status": 404, "headers": {"Cache-Control": "private"}}, "got 'private'"),
    ("header-and-body", TARGETS, CALL, "and X-Mizan-Invalidate None"),
    ("header-and-body", b'{"result":1}', {**CALL, "headers": {"X-Mizan-Invalidate": "a"}}, "null"),
    ("header-and-body", TARGETS, {**CALL, "headers": {"X-Mizan-Invalidate": "*"}}, "got '*'"),
    ("header-and-body", b"", {"headers": {"X-Mizan-Invalidate": "*"}}, "a safe request makes"),
    ("header-and-body", b"[]", CALL, "cannot be read"),
    ("etag", b"x", {"headers": {"ETag": TAG}}, "ETag: expected"),
    ("discreet", b"secret detail of the server", {"status": 500}, "nobody's business"),
]


@pytest.mark.parametrize(("name", "body", "members"), RIGHT)
def test_a_right_reply_passes(name: str, body: Any, members: Any, reply: Make, app: App) -> None:
    assert judged(BY_NAME[name], [reply(body, **members)], app) is None


@pytest.mark.parametrize(("name", "body", "members", "said"), WRONG)
def test_a_wrong_reply_is_told(
    name: str, body: Any, members: Any, said: str, reply: Make, app: App
) -> None:
    fault = judged(BY_NAME[name], [reply(body, **members)], app)
    assert fault is not None
    assert said in fault


def test_every_rule_is_here() -> None:
    assert {name for name, _, _ in RIGHT} == {name for name, _, _, _ in WRONG} == set(BY_NAME)


def test_the_first_is_shown_and_the_others_counted(reply: Make, app: App) -> None:
    fault = judged(BY_NAME["demanded-header"], [reply(status=401)] * 3, app)
    assert fault == "GET /mizan/ctx/site/ (401): it has no WWW-Authenticate (and 2 more)"

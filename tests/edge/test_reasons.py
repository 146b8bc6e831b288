"""mizan.edge.reasons: why a reply is not kept, the first reason that applies."""

from __future__ import annotations

from typing import Any

import pytest

from mizan.edge.answers import Seen
from mizan.edge.probes import Found
from mizan.edge.reasons import Setting, why
from mizan.edge.resources import Resource
from mizan.protocol.targets import Target

KEPT = {"cache-control": "public, max-age=0, s-maxage=60", "cache-status": "edge; fwd=miss"}
ON, OFF = Setting(edge=True), Setting()


def reason(answer: Seen, setting: Setting = ON, **resource: Any) -> tuple[str, str, str]:
    known = {"target": Target("shelf"), "page": False, **resource}
    return why(Found(Resource("/x/", **known), {"second": answer}), setting)


@pytest.mark.parametrize(
    ("status", "headers", "setting", "level", "text", "advice"),
    [
        (404, {}, ON, "warn", "answered 404", "answered 200"),
        (302, {"location": "/y/"}, ON, "warn", "answered 302", "Ask for /y/"),
        (503, {}, ON, "bad", "answered 503", ""),
        (200, {"vary": "Accept, Cookie"}, ON, "bad", "Vary: cookie", "session"),
        (200, {"content-location": "/z/"}, ON, "warn", "canonical", "Ask for /z/"),
        (200, {"cache-control": "private, no-store"}, ON, "bad", "private", "VARY"),
        (200, {"cache-control": "no-store"}, ON, "warn", "no-store", "ask again"),
        (200, {"cache-control": "public, no-cache"}, OFF, "warn", "MIZAN_EDGE is off", "set"),
        (200, {"cache-control": "public, no-cache"}, ON, "warn", "no-cache (Cache-St", "more tags"),
        (200, {"cache-control": "public"}, ON, "warn", "public has no s-maxage", "pass"),
        (200, {}, ON, "warn", "no Cache-Control", "pass Cache-Control"),
        (200, {"cache-status": ""}, ON, "warn", "no header says", "RFC 9211"),
        (200, {}, ON, "bad", "although it says public", "take turns"),
        (200, {"cf-ray": "1"}, ON, "bad", "although it says public", "Cache Rule"),
    ],
)  # fmt: skip
def test_the_reason_is_named(
    status: int, headers: dict[str, str], setting: Setting, level: str, text: str, advice: str
) -> None:
    silent = status == 200 and headers == {} and text == "no Cache-Control"
    found = reason(Seen(status, {} if silent else {**KEPT, **headers}), setting)
    assert found[0] == level
    assert text in found[1]
    assert advice in found[2]


def test_cookies_are_named_and_not_shown() -> None:
    answer = Seen(200, {**KEPT, "set-cookie": "csrftoken=hidden"}, cookies=("csrftoken",))
    level, text, advice = reason(answer)
    assert (level, "csrftoken" in text, "hidden" in text + advice) == ("bad", True, False)


def test_what_is_declared_is_right() -> None:
    assert reason(Seen(200, {"cache-control": "no-store"}), cache=False)[0] == "ok"


def test_a_page_says_for_itself() -> None:
    level, _, advice = reason(Seen(200, {}), page=True)
    assert (level, advice[:19]) == ("warn", "A page says itself ")

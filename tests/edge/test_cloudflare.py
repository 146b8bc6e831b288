"""mizan.edge.cloudflare against a fake of the published interface, over real connections."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from fake_api import FakeApi, Reply
from networks_api import TOKEN, ZONE, cloudflare, met

from mizan.edge.base import Purge, PurgeFailed
from mizan.edge.cloudflare import CloudflarePurger
from mizan.errors import ConfigurationError

GIVEN: dict[str, Any] = {"zone": ZONE, "token": TOKEN, "timeout": 0.5}
TAGS = Purge(("board", "h-5"))


@pytest.fixture
def api() -> Iterator[FakeApi]:
    with FakeApi(cloudflare) as found:
        yield found


@pytest.fixture
def purger(api: FakeApi) -> Iterator[CloudflarePurger]:
    found = CloudflarePurger(**GIVEN, api=f"{api.url}/client/v4")
    yield found
    found.close()


def test_tags_are_one_request(api: FakeApi, purger: CloudflarePurger) -> None:
    purger.purge(TAGS)
    (received,) = api.received
    assert received.path == f"/client/v4/zones/{ZONE}/purge_cache"
    assert received.json == {"tags": ["board", "h-5"]}


def test_more_than_100_tags_are_several_requests(api: FakeApi, purger: CloudflarePurger) -> None:
    purger.purge(Purge(tuple(f"t{n}" for n in range(250))))
    assert [len(each.json["tags"]) for each in api.received] == [100, 100, 50]


def test_everything_is_all_of_the_zone(api: FakeApi, purger: CloudflarePurger) -> None:
    purger.purge(Purge(("board",), everything=True))
    assert [each.json for each in api.received] == [{"purge_everything": True}]


def test_a_plan_that_has_no_more_requests_is_waited_for(
    api: FakeApi, purger: CloudflarePurger
) -> None:
    for _ in range(25):
        purger.purge(TAGS)
    with pytest.raises(PurgeFailed) as caught:
        purger.purge(TAGS)
    assert caught.value.code == "rate_limited"
    assert caught.value.retry_after is not None
    assert 0 < caught.value.retry_after <= 12
    assert len(api.received) == 25


TROUBLES = [
    (Reply.of({"success": False, "errors": [{"code": 10000}]}, 403), "unauthorized", None),
    (Reply.of({"success": False, "errors": []}, 400), "rejected", None),
    (Reply.of({"success": False, "errors": [{"code": 1}]}), "rejected", None),
    (Reply.of({}, 429, Retry_After="12"), "rate_limited", 12.0),
    (Reply.of({}, 500), "failed", None),
    (Reply(hangs=True), "timeout", None),
    (Reply(breaks=True), "unreachable", None),
    (Reply(200, b"<html>"), "malformed", None),
    (Reply.of({"success": "yes"}), "malformed", None),
]


@pytest.mark.parametrize(("reply", "code", "seconds"), TROUBLES)
def test_a_trouble_is_a_code(
    api: FakeApi,
    purger: CloudflarePurger,
    reply: Reply,
    code: str,
    seconds: float | None,
    caplog: pytest.LogCaptureFixture,
) -> None:
    assert met(api, purger, TAGS, reply, caplog) == (code, seconds)


@pytest.mark.parametrize(
    ("given", "say"),
    [
        ({"zone": "a/b"}, "zone: expected an id"),
        ({"token": "hid den"}, "token: expected text"),
        ({"plan": "gold"}, "plan: expected one of free, pro, business, enterprise, got 'gold'"),
        ({"api": "api.cloudflare.com"}, "api: expected a URL"),
    ],
)
def test_what_it_is_made_with_is_checked(given: dict[str, Any], say: str) -> None:
    with pytest.raises(ConfigurationError, match=say) as caught:
        CloudflarePurger(**GIVEN | given)
    assert "hid" not in str(caught.value)

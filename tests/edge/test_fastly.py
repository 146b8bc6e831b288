"""mizan.edge.fastly against a fake of the published interface, over real connections."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from fake_api import FakeApi, Reply
from networks_api import SERVICE, TOKEN, fastly, met

from mizan.edge.base import Purge, PurgeFailed
from mizan.edge.fastly import FastlyPurger
from mizan.errors import ConfigurationError

GIVEN: dict[str, Any] = {"service": SERVICE, "token": TOKEN, "timeout": 0.5}
TAGS = Purge(("board", "h-5"))


@pytest.fixture
def api() -> Iterator[FakeApi]:
    with FakeApi(fastly) as found:
        yield found


@pytest.fixture
def purger(api: FakeApi) -> Iterator[FastlyPurger]:
    found = FastlyPurger(**GIVEN, api=api.url)
    yield found
    found.close()


def test_tags_are_one_request(api: FakeApi, purger: FastlyPurger) -> None:
    purger.purge(TAGS)
    (received,) = api.received
    assert (received.method, received.path) == ("POST", f"/service/{SERVICE}/purge")
    assert received.json == {"surrogate_keys": ["board", "h-5"]}
    assert "fastly-soft-purge" not in received.headers


def test_more_than_256_tags_are_several_requests(api: FakeApi, purger: FastlyPurger) -> None:
    purger.purge(Purge(tuple(f"t{n}" for n in range(600))))
    sizes = [len(each.json["surrogate_keys"]) for each in api.received]
    assert sizes == [256, 256, 88]


def test_everything_is_all_of_the_service(api: FakeApi, purger: FastlyPurger) -> None:
    purger.purge(Purge(("board",), everything=True))
    assert [each.path for each in api.received] == [f"/service/{SERVICE}/purge_all"]


def test_a_soft_purge_says_so_and_everything_is_never_soft(api: FakeApi) -> None:
    purger = FastlyPurger(**GIVEN, api=api.url, soft=True)
    purger.purge(TAGS)
    purger.purge(Purge(everything=True))
    soft = [each.headers.get("fastly-soft-purge") for each in api.received]
    assert soft == ["1", None]
    purger.close()


TROUBLES = [
    (Reply.of({}, 401), "unauthorized", None),
    (Reply.of({}, 404), "rejected", None),
    (Reply.of({}, 429, Retry_After="12"), "rate_limited", 12.0),
    (Reply.of({}, 503, Retry_After="3"), "failed", 3.0),
    (Reply(hangs=True), "timeout", None),
    (Reply(breaks=True), "unreachable", None),
    (Reply(200, b"<html>"), "malformed", None),
    (Reply(200, b"[1]"), "malformed", None),
    (Reply.of({"board": "1"}), "malformed", None),
]


@pytest.mark.parametrize(("reply", "code", "seconds"), TROUBLES)
def test_a_trouble_is_a_code(
    api: FakeApi,
    purger: FastlyPurger,
    reply: Reply,
    code: str,
    seconds: float | None,
    caplog: pytest.LogCaptureFixture,
) -> None:
    assert met(api, purger, TAGS, reply, caplog) == (code, seconds)


def test_everything_is_done_when_the_answer_says_so(api: FakeApi, purger: FastlyPurger) -> None:
    api.troubles.append(Reply.of({"status": "queued"}))
    with pytest.raises(PurgeFailed, match="malformed"):
        purger.purge(Purge(everything=True))


@pytest.mark.parametrize(
    ("given", "say"),
    [
        ({"service": "a/b"}, "service: expected an id"),
        ({"token": "hid den"}, "token: expected text"),
        ({"token": None}, "token: expected text"),
        ({"api": "api.fastly.com"}, "api: expected a URL"),
    ],
)
def test_what_it_is_made_with_is_checked(given: dict[str, Any], say: str) -> None:
    with pytest.raises(ConfigurationError, match=say) as caught:
        FastlyPurger(**GIVEN | given)
    assert "hid" not in str(caught.value)

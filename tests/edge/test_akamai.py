"""mizan.edge.akamai against a fake of the published interface, over real connections."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest
from fake_api import FakeApi, Received, Reply
from networks_api import met
from signatures import edgegrid

from mizan.edge.akamai import AkamaiPurger
from mizan.edge.base import Purge, PurgeFailed
from mizan.errors import ConfigurationError

TOKENS = ("hidden-client", "hidden-secret=", "hidden-access")
TAGS = Purge(("board", "h-5"), ("/api/mizan/ctx/board/",), ("/b/*",))


class FastPurge:
    """Fast Purge v3, as https://techdocs.akamai.com/purge-cache/reference/api publishes it."""

    def __init__(self) -> None:
        self.nonces: set[str] = set()

    def __call__(self, received: Received) -> Reply:
        url = f"http://{received.headers['host']}{received.path}"
        nonce = re.search("nonce=([^;]+)", received.headers.get("authorization", ""))
        signed = edgegrid(TOKENS, received.method, url, received.headers, received.body)
        if not signed or not nonce or nonce[1] in self.nonces:
            return self._problem(401, "Not authorized")
        self.nonces.add(nonce[1])
        if not re.fullmatch("/ccu/v3/(delete|invalidate)/tag/(production|staging)", received.path):
            return self._problem(404, "Not found")
        if len(received.body) > 50_000:
            return self._problem(413, "Request entity too large")
        objects = received.json.get("objects")
        if not objects or received.headers["content-type"] != "application/json":
            return self._problem(400, "Bad request")
        said = {"httpStatus": 201, "detail": "Request accepted", "estimatedSeconds": 5}
        return Reply.of({**said, "purgeId": "e-1", "supportId": "s-1"}, 201)

    def _problem(self, status: int, title: str) -> Reply:
        return Reply.of({"httpStatus": status, "title": title, "supportId": "s-1"}, status)


@pytest.fixture
def api() -> Iterator[FakeApi]:
    with FakeApi(FastPurge()) as found:
        yield found


def make(api: FakeApi, **given: Any) -> AkamaiPurger:
    names = ("client_token", "client_secret", "access_token")
    known = dict(zip(names, TOKENS, strict=True))
    return AkamaiPurger(**{"host": api.url, "timeout": 0.5, **known, **given})


def test_tags_are_one_signed_request(api: FakeApi) -> None:
    purger = make(api)
    purger.purge(TAGS)
    purger.purge(TAGS)  # with another nonce
    assert [each.path for each in api.received] == ["/ccu/v3/delete/tag/production"] * 2
    assert api.received[0].json == {"objects": ["board", "h-5"]}
    purger.close()


def test_a_soft_purge_invalidates_and_staging_may_be_named(api: FakeApi) -> None:
    make(api, soft=True, network="staging").purge(TAGS)
    assert api.received[0].path == "/ccu/v3/invalidate/tag/staging"


def test_everything_is_the_tags_of_all_contexts(api: FakeApi) -> None:
    make(api).purge(Purge(("board", "mine"), everything=True))
    assert api.received[0].json == {"objects": ["board", "mine"]}


def test_nothing_asks_nobody(api: FakeApi) -> None:
    make(api).purge(Purge())
    assert api.received == []


def test_the_longest_tags_fit_into_a_request(api: FakeApi) -> None:
    purger = make(api)
    purger.purge(Purge(tuple(f"h-{n:030d}" for n in range(purger.max_tags + 1))))
    assert [len(each.json["objects"]) for each in api.received] == [purger.max_tags, 1]
    assert 49_900 < len(api.received[0].body) <= 50_000


def test_more_tags_than_are_taken_wait(api: FakeApi) -> None:
    purger = make(api)
    tags = Purge(tuple(f"t{n}" for n in range(1000)))
    for _ in range(5):
        purger.purge(tags)
    with pytest.raises(PurgeFailed) as caught:
        purger.purge(tags)
    assert (caught.value.code, len(api.received)) == ("rate_limited", 5)
    assert 100 < (caught.value.retry_after or 0) <= 120  # 1,000 of 500 a minute


@pytest.mark.parametrize(
    ("reply", "code", "seconds"),
    [
        (Reply.of({}, 401), "unauthorized", None),
        (Reply.of({}, 403), "unauthorized", None),
        (Reply.of({}, 400), "rejected", None),
        (Reply.of({}, 413), "rejected", None),
        (Reply.of({}, 429), "rate_limited", 5.0),
        (Reply.of({}, 429, Retry_After="9"), "rate_limited", 9.0),
        (Reply.of({}, 503), "failed", None),
        (Reply.of({"httpStatus": 507}), "malformed", None),
        (Reply(200, b"<html>"), "malformed", None),
        (Reply(hangs=True), "timeout", None),
        (Reply(breaks=True), "unreachable", None),
    ],
)
def test_a_trouble_is_a_code(
    api: FakeApi, reply: Reply, code: str, seconds: float | None, caplog: pytest.LogCaptureFixture
) -> None:
    with closing(make(api)) as purger:
        assert met(api, purger, TAGS, reply, caplog) == (code, seconds)


@pytest.mark.parametrize("name", ["client_token", "client_secret", "access_token"])
def test_who_is_not_known_is_told(api: FakeApi, name: str) -> None:
    with pytest.raises(PurgeFailed, match="unauthorized"):
        make(api, **{name: "another"}).purge(TAGS)


@pytest.mark.parametrize(
    ("given", "say"),
    [
        ({"network": "test"}, "production or staging"),
        ({"host": "http://a:hidden@b"}, "host: "),
        ({"host": 5}, "host: "),
        ({"client_secret": "hidden secret"}, "client_secret: "),
        ({"access_token": None}, "access_token: "),
    ],
)
def test_what_makes_no_sense_is_refused(api: FakeApi, given: dict[str, Any], say: str) -> None:
    with pytest.raises(ConfigurationError, match=say) as caught:
        make(api, **given)
    assert "hidden" not in str(caught.value)


def test_a_host_without_a_scheme_is_https() -> None:
    purger = AkamaiPurger(
        host="akab-x.purge.akamaiapis.net", client_token="a", client_secret="b", access_token="c"
    )
    assert purger._url == "https://akab-x.purge.akamaiapis.net/ccu/v3/delete/tag/production"

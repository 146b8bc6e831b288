"""mizan.edge.varnish against a fake that answers as the generated VCL does."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest
from fake_api import FakeApi, Reply, refused_url
from networks_api import TOKEN, met, varnish

from mizan.edge.base import Purge, PurgeFailed
from mizan.edge.varnish import VarnishPurger, ban_patterns
from mizan.errors import ConfigurationError

TAGS = Purge(("board", "h-5"), ("/board/5/",), ("/board/*/x",))


@pytest.fixture
def api() -> Iterator[FakeApi]:
    with FakeApi(varnish) as found:
        yield found


def made(*nodes: str, **given: Any) -> VarnishPurger:
    return VarnishPurger(**{"nodes": nodes, "token": TOKEN, "timeout": 0.5} | given)


def test_tags_are_purged_and_urls_are_banned(api: FakeApi) -> None:
    purger = made(api.url)
    purger.purge(TAGS)
    purge, ban = api.received
    assert (purge.method, purge.path, purge.headers["xkey-purge"]) == ("PURGE", "/", "board h-5")
    assert (ban.method, ban.path) == ("BAN", "/")
    assert ban.headers["x-mizan-ban"] == r"^(?:/board/5/$|/board/.*/x$)"
    purger.close()


def test_urls_may_be_left_out(api: FakeApi) -> None:
    purger = made(api.url, urls=False)
    purger.purge(TAGS)
    assert [each.method for each in api.received] == ["PURGE"]
    purger.close()


def test_more_tags_than_a_field_takes_are_several_requests(api: FakeApi) -> None:
    purger = made(api.url)
    purger.purge(Purge(tuple(f"t{n}" for n in range(70))))
    assert [len(each.headers["xkey-purge"].split()) for each in api.received] == [32, 32, 6]
    purger.close()


def test_everything_is_one_ban(api: FakeApi) -> None:
    purger = made(api.url)
    purger.purge(Purge(("board",), everything=True))
    (ban,) = api.received
    assert (ban.method, ban.headers["x-mizan-ban"]) == ("BAN", ".")
    purger.close()


def test_every_node_is_told_whichever_is_down(api: FakeApi) -> None:
    down = refused_url()
    with FakeApi(varnish) as other:
        purger = made(down, api.url, other.url)
        for count in (1, 2):
            with pytest.raises(PurgeFailed, match="unreachable"):
                purger.purge(Purge(("board",)))
            assert (len(api.received), len(other.received)) == (count, count)
    purger.close()


def test_one_that_is_down_is_asked_last(api: FakeApi) -> None:
    asked: list[str] = []
    with FakeApi(lambda _: Reply(503, b"")) as down:
        purger = made(down.url, api.url)
        down.answer = lambda _: asked.append("down") or Reply(503, b"")
        api.answer = lambda _: asked.append("up") or Reply(200, b"")
        for _ in range(2):
            with pytest.raises(PurgeFailed, match="failed"):
                purger.purge(Purge(("board",)))
        assert asked == ["down", "up", "up", "down"]
        down.answer = lambda _: asked.append("down") or Reply(200, b"")
        purger.purge(Purge(("board",)))
    purger.close()


@pytest.mark.parametrize(
    ("reply", "code", "seconds"),
    [
        (Reply(403, b""), "unauthorized", None),
        (Reply(405, b""), "rejected", None),
        (Reply(503, b"", {"Retry-After": "3"}), "failed", 3.0),
        (Reply(hangs=True), "timeout", None),
        (Reply(breaks=True), "unreachable", None),
    ],
)
def test_a_trouble_is_a_code(
    api: FakeApi, reply: Reply, code: str, seconds: float | None, caplog: pytest.LogCaptureFixture
) -> None:
    with closing(made(api.url)) as purger:
        assert met(api, purger, TAGS, reply, caplog) == (code, seconds)


URLS = ["/a.b/", "/a?b=1&c=%20", "/x/*/y/*", "/(a|b)/", "/$", "/[1]+{2}", "*"]


def test_a_pattern_matches_its_urls_and_no_others() -> None:
    (found,) = ban_patterns(URLS[:-1])
    bans = re.compile(found).search
    for url in (*URLS[:-2], URLS[-2], "/x/1/y/2", "/x//y/"):
        assert bans(url), url
    for url in ("/aXb/", "/a.b/c", "/c/a.b/", "/a", "/x/1", "/a/", "/1+{2}", "/x/1/z/2"):
        assert not bans(url), url


def test_no_url_is_no_pattern() -> None:
    assert [*ban_patterns([])] == []


def test_many_urls_are_several_patterns_each_short_enough() -> None:
    urls = [f"/p/{n}/{'x' * 50}" for n in range(500)]
    found = [*ban_patterns(urls)]
    assert len(found) > 1
    assert max(map(len, found)) < 4100
    assert all(any(re.search(each, url) for each in found) for url in urls)


def test_a_url_that_is_too_long_is_banned_by_its_beginning() -> None:
    url = f"/p?q={'%20' * 3000}"
    (found,) = ban_patterns([url])
    assert len(found) < 4100
    assert re.search(found, url)
    assert not re.search(found, "/p?q=1")


@pytest.mark.parametrize(
    ("given", "say"),
    [
        ({"nodes": []}, "nodes: expected a list"),
        ({"nodes": "http://127.0.0.1:6081"}, "nodes: expected a list"),
        ({"nodes": ["http://127.0.0.1:1", "http://user:hidden@host"]}, r"nodes\[1\]: expected"),
        ({"token": "hid den"}, "token: expected text"),
    ],
)
def test_what_it_is_made_with_is_checked(given: dict[str, Any], say: str) -> None:
    with pytest.raises(ConfigurationError, match=say) as caught:
        made("http://127.0.0.1:6081", **given)
    assert "hid" not in str(caught.value)

"""mizan.edge.asking: what is sent to the edge, and what is taken from its answer."""

from __future__ import annotations

import pytest
from fake_api import FakeApi, Reply, refused_url

from mizan.edge.answers import digest
from mizan.edge.asking import Edge
from mizan.edge.base import PurgeFailed
from mizan.edge.probes import Request
from mizan.errors import ConfigurationError


def test_it_asks_and_sees() -> None:
    cookies = "a=secret; expires=Wed, 21 Oct 2015 07:28:00 GMT; Path=/\n__Host-b=secret"
    reply = Reply(201, b"body", {"X-Id": "1\n2", "Set-Cookie": cookies})
    with FakeApi(lambda _: reply) as api, Edge(api.url, timeout=5, host="north.example") as edge:
        seen = edge.ask(Request("/x?y=%31", {"Cookie": "c=1"}, "POST", b"{}"))
    assert (seen.status, seen.headers["x-id"], seen.digest) == (201, "1, 2", digest(b"body"))
    assert seen.cookies == ("a", "__Host-b")
    (received,) = api.received
    assert (received.method, received.path, received.body) == ("POST", "/x?y=%31", b"{}")
    assert (received.headers["host"], received.headers["cookie"]) == ("north.example", "c=1")


def test_no_redirect_is_followed() -> None:
    reply = Reply(302, b"", {"Location": "http://127.0.0.1:1/"})
    with FakeApi(lambda _: reply) as api, Edge(api.url, timeout=5) as edge:
        assert edge.ask(Request("/")).status == 302
    assert len(api.received) == 1


def test_nobody_there_is_said() -> None:
    with Edge(refused_url(), timeout=5) as edge, pytest.raises(PurgeFailed, match="unreachable"):
        edge.ask(Request("/"))


@pytest.mark.parametrize("url", ["www.example.org", "file:///etc", "http://a:b@example.org", ""])
def test_another_url_is_refused(url: str) -> None:
    with pytest.raises(ConfigurationError, match="--edge"):
        Edge(url, timeout=5)

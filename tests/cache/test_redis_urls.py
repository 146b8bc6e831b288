"""What URLs of the cache say, and that they keep their secrets."""

import pytest

from mizan.cache.redis_routes import One, Spread, Watched
from mizan.cache.redis_urls import Place, place
from mizan.cache.redis_wire import Address
from mizan.errors import ConfigurationError


def data(found: Place) -> dict[str, object]:
    return dict(found.options["data"])


def test_one_server() -> None:
    found = place("redis://me:p%40ss@host:6380/3?client_name=x", {})
    assert isinstance(found.route, One)
    assert found.route.address == Address("host", 6380)
    assert found.kind == "tcp"
    assert data(found) == {"username": "me", "password": "p@ss", "db": 3, "client_name": "x"}


@pytest.mark.parametrize(
    ("url", "address"),
    [
        ("redis://", Address("127.0.0.1", 6379)),
        ("redis://host", Address("host", 6379)),
        ("redis://[::1]:7/0", Address("::1", 7)),
        ("redis://host?db=0", Address("host", 6379)),
        ("redis://:a@b@host:7/", Address("host", 7)),
        ("unix:///run/redis.sock?db=0", Address("/run/redis.sock", 0)),
    ],
)
def test_where_it_is(url: str, address: Address) -> None:
    route = place(url, {}).route
    assert isinstance(route, One)
    assert route.address == address


def test_tls() -> None:
    found = place("rediss://host/0?ssl_cert_reqs=none", {"ssl_ca_certs": "ca.pem"})
    assert found.kind == "tls"
    assert data(found) == {"db": 0, "ssl_cert_reqs": "none", "ssl_ca_certs": "ca.pem"}


def test_a_socket() -> None:
    found = place("unix://:secret@/run/redis.sock?db=2", {})
    assert (found.kind, data(found)) == ("unix", {"password": "secret", "db": 2})


def test_sentinels() -> None:
    url = "redis+sentinel://:data@h1,h2:7,[::1]:8/the%20service/4?sentinel_password=watch"
    found = place(url, {"socket_keepalive": True})
    assert isinstance(found.route, Watched)
    assert found.route.service == "the service"
    assert found.route.sentinels == [
        Address("h1", 26379, "sentinel"),
        Address("h2", 7, "sentinel"),
        Address("::1", 8, "sentinel"),
    ]
    assert data(found) == {"password": "data", "db": 4, "socket_keepalive": True}
    assert found.options["sentinel"] == {"password": "watch", "socket_keepalive": True}


def test_a_cluster() -> None:
    found = place("rediss+cluster://u:p@h1:1,h2:2?ssl_cert_reqs=none", {})
    assert isinstance(found.route, Spread)
    assert found.route.seeds == (Address("h1", 1), Address("h2", 2))
    assert (found.kind, data(found)["username"]) == ("tls", "u")


def test_what_the_cache_decides_cannot_be_said() -> None:
    url = "redis://host/0?retry_on_timeout=yes&socket_timeout=9&max_connections=3&protocol=3"
    assert data(place(url, {"decode_responses": True})) == {"db": 0}


@pytest.mark.parametrize(
    "url",
    [
        "",
        "host",
        "http://:secret@host/0",
        "redis+other://:secret@host/0",
        "unix+cluster://:secret@/x",
        "unix://",
        "redis://:sec/ret@host/0",
        "redis://:secret@host:port/0",
        "redis://:secret@host:99999/0",
        "redis://:secret@host/database",
        "redis://:secret@h1,h2/0",
        "redis://:secret@host/0?db=secret",
        "redis+sentinel://:secret@h1,h2",
        "redis+cluster://:secret@h1:x,h2",
    ],
)
def test_a_url_that_cannot_be_read_is_refused_without_its_secrets(url: str) -> None:
    with pytest.raises(ConfigurationError, match="redis://HOST:PORT/DB") as caught:
        place(url, {})
    assert "sec" not in str(caught.value)
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__ or caught.value.__context__ is None


def test_a_place_does_not_show_its_secrets() -> None:
    assert "secret" not in repr(place("redis://:secret@host/0", {}))

"""Where Redis is, from its URL (SPEC.md, section 15).

    redis://HOST:PORT/DB  rediss://HOST:PORT/DB  unix://PATH?db=DB
    redis+sentinel://HOST:PORT,HOST:PORT/SERVICE/DB  redis+cluster://HOST:PORT,HOST:PORT

each with USER:PASSWORD@ before the hosts, and options of redis-py's connections in the query; with
`rediss` in place of `redis` for TLS.

Invariant: no error and no repr shows anything of a URL that may be secret.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote, urlsplit

from redis.connection import parse_url

from mizan.cache.redis_routes import One, Route, Spread, Watched
from mizan.cache.redis_wire import Address
from mizan.errors import ConfigurationError

SENTINEL_PORT, REDIS_PORT = 26379, 6379
_HOW = (
    "write redis://HOST:PORT/DB, rediss://HOST:PORT/DB, unix://PATH?db=DB, "
    "redis+sentinel://HOST:PORT,HOST:PORT/SERVICE/DB or redis+cluster://HOST:PORT,HOST:PORT, "
    "with USER:PASSWORD@ before the hosts (percent-encoded) if Redis asks for them"
)
# What the cache decides by itself: retries, pools, and how replies are read.
_NOT_OURS = {
    *("connection_class", "host", "port", "path", "max_connections", "timeout", "retry"),
    *("retry_on_error", "retry_on_timeout", "socket_timeout", "socket_connect_timeout"),
    *("decode_responses", "health_check_interval", "protocol"),
}


@dataclass(frozen=True, slots=True)
class Place:
    """Servers, and how to connect to them: `options` by the role of an address."""

    what: str
    """What it is the place of, for messages: ``cache``."""
    kind: str
    """``tcp``, ``tls`` or ``unix``."""
    route: Route
    options: Mapping[str, Mapping[str, Any]] = field(repr=False)


def place(url: str, options: Mapping[str, Any], what: str = "cache") -> Place:
    """Return what a URL and further options say. Raises ConfigurationError."""
    try:
        return _place(what, url, dict(options))
    except (ValueError, LookupError):
        pass  # its text may hold a part of the password
    raise ConfigurationError(
        f"configuration.{what}", f"The URL of the {what} cannot be read: {_HOW}."
    )


def _place(what: str, url: str, options: dict[str, Any]) -> Place:
    scheme, _, rest = url.partition("://")
    base, _, form = scheme.partition("+")
    if scheme == "unix":
        read = _read(url)
        return _finish(what, "unix", One(Address(read["path"], 0)), read, options)
    if base not in ("redis", "rediss") or form not in ("", "sentinel", "cluster"):
        raise ValueError(scheme)
    netloc, _, path = rest.partition("/")
    login, at, names = netloc.rpartition("@")
    names, _, query = names.partition("?")
    path, _, more = path.partition("?")
    addresses = [_address(name, form) for name in names.split(",")]
    service, _, database = path.partition("/") if form == "sentinel" else ("", "", path)
    if not database.strip("/").isdecimal() and database:
        raise ValueError(database)
    read = _read(f"{base}://{login}{at}host/{database}?{query or more}")
    route = _route(form, addresses, unquote(service))
    return _finish(what, "tls" if base == "rediss" else "tcp", route, read, options)


def _read(url: str) -> dict[str, Any]:
    return dict(parse_url(url))  # type: ignore[no-untyped-call]


def _route(form: str, addresses: list[Address], service: str) -> Route:
    if form == "cluster":
        return Spread(addresses)
    if form == "sentinel":
        if not service:
            raise ValueError(form)
        return Watched(addresses, service)
    (address,) = addresses
    return One(address)


def _address(name: str, form: str) -> Address:
    parts = urlsplit(f"//{name}")
    role = "sentinel" if form == "sentinel" else "data"
    port = parts.port or (SENTINEL_PORT if form == "sentinel" else REDIS_PORT)
    return Address(parts.hostname or "127.0.0.1", port, role)


def _finish(
    what: str, kind: str, route: Route, read: dict[str, Any], options: dict[str, Any]
) -> Place:
    data = {k: v for k, v in (read | options).items() if k not in _NOT_OURS}
    # Sentinels have their own users; what is about TLS and sockets is common.
    sentinel = {k: v for k, v in data.items() if k.startswith(("ssl_", "socket_"))}
    for name in ("username", "password"):
        if value := data.pop(f"sentinel_{name}", None):
            sentinel[name] = value
    return Place(what, kind, route, {"data": data, "sentinel": sentinel})

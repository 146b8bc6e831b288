"""The operations that `counts.py` counts: each a call that does the same work every time.

Invariant: nothing here depends on the clock, on chance or on what ran before.
"""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from typing import Any

import django
from contenders.site import DEFAULT_MIDDLEWARE, MIZAN_MIDDLEWARE, site
from django.conf import settings
from django.http import HttpRequest
from django.urls import include, path

SECRET = b"protects nothing: 32 bytes or so."
NOW = 1_000_000_000
urlpatterns: list[Any] = []
Operation = Callable[[], object]


def configure(*, cached: bool) -> None:
    """Set Django up, with the cache of the process or with none."""
    settings.configure(
        **site(
            "mizan.django",
            MIDDLEWARE=[MIZAN_MIDDLEWARE, *DEFAULT_MIDDLEWARE],
            MIZAN_CACHE={"BACKEND": "memory" if cached else None},
            ROOT_URLCONF=__name__,
            SECRET_KEY=SECRET.decode(),
        )
    )
    django.setup()
    urlpatterns.append(path("m/", include("mizan.django.urls")))
    _declare()


def _declare() -> None:
    """Declare what is called and read."""
    from mizan.server import Context, client

    class ShelfContext(Context):
        user_scoped = False

    @client(context=ShelfContext)
    def shelf(request: HttpRequest, shelf_id: int) -> list[int]:  # noqa: ARG001
        return [shelf_id, *range(20)]

    @client(affects=ShelfContext)
    def put(request: HttpRequest, shelf_id: int, title: str) -> str:  # noqa: ARG001
        return title

    @client
    def looked_up(request: HttpRequest, shelf_id: int, title: str) -> str:  # noqa: ARG001
        return title


def pure() -> dict[str, Operation]:
    """Return what needs no server."""
    from mizan.protocol import header, token
    from mizan.protocol.canonical import canonical_json, canonical_string
    from mizan.protocol.key import derive_cache_key
    from mizan.protocol.targets import Target

    document = {"items": [{"id": n, "größe": n / 8, "name": f"Zoë {n}"} for n in range(20)]}
    targets = [Target("user", (("user_id", str(n)),), None) for n in range(20)]
    field = header.format(targets)
    keys = [token.Key.hs256("one", SECRET)]
    claims = {"sub": "5", "aud": "shop", "iat": NOW, "exp": NOW + 60, "pkey": 32 * "a"}
    text = token.sign(claims, keys)
    given = {"context": "user", "params": {"user_id": "5"}, "aud": "shop", "rev": 1}
    return {
        "canonical string": lambda: [canonical_string(each) for each in (5, "é", 0.1, True, None)],
        "canonical JSON": lambda: canonical_json(document),
        "canonical JSON, pure": lambda: canonical_json(document, fast=False),
        "header, parse": lambda: header.parse(field),
        "header, format": lambda: header.format(targets),
        "key": lambda: derive_cache_key(SECRET, **given, schema=64 * "a"),  # type: ignore[arg-type]
        "token, verify": lambda: token.verify(text, keys, audience="shop", now=NOW),
        "token, sign": lambda: token.sign(claims, keys),
    }


def served(*, cached: bool) -> dict[str, Operation]:
    """Return requests through Django's handler, with or without the cache of the process."""
    put = {"function": "put", "args": {"shelf_id": 5, "title": "Middlemarch"}}
    call = {**put, "function": "looked_up"}
    read = ("GET", "/m/ctx/shelf/", "shelf_id=5", None)
    if cached:
        return {
            "cached hit": _request(*read),
            "mutation, cached": _request("POST", "/m/call/", "", put),
        }
    return {
        "context read": _request(*read),
        "mutation": _request("POST", "/m/call/", "", put),
        "call": _request("POST", "/m/call/", "", call),
    }


def _request(method: str, where: str, query: str, body: Any) -> Operation:
    from django.core.handlers.wsgi import WSGIHandler

    handler = WSGIHandler()
    content = json.dumps(body).encode() if body else b""
    environ = {
        "REQUEST_METHOD": method,
        "PATH_INFO": where,
        "QUERY_STRING": query,
        "CONTENT_TYPE": "application/json" if body else "",
        "CONTENT_LENGTH": str(len(content)) if body else "",
        "SERVER_NAME": "example.org",
        "SERVER_PORT": "80",
        "wsgi.url_scheme": "http",
    }

    def ask() -> None:
        response = handler({**environ, "wsgi.input": io.BytesIO(content)}, lambda *_: None)
        if response.status_code != 200:
            raise SystemExit(f"{where}: {response.status_code} {response.content!r}")
        response.close()

    return ask

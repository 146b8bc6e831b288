"""What a request asks of the cache: commands and round trips, counted at the server."""

from __future__ import annotations

import io
import json
import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler
from django.http import HttpRequest
from django.test.utils import override_settings
from django.urls import include, path
from harness.rows import Row

from mizan.server import client
from origin.hits import LargeContext, SmallContext
from origin.site import mizan_cache

TIMES = 200


@client(affects=SmallContext)
def change(request: HttpRequest, item_id: int) -> None:
    """Make one instance stale."""


@client(affects=[SmallContext, LargeContext])
def change_both(request: HttpRequest, item_id: int) -> None:
    """Make an instance of each context stale."""


def rows(server: Any, redis_url: str) -> Iterator[Row]:
    """Yield a row for each kind of request, and print what is sent; one round trip is the least."""
    urls = (path("api/mizan/", include("mizan.django.urls")),)
    with override_settings(MIZAN_CACHE=mizan_cache(redis_url), ROOT_URLCONF=urls, MIDDLEWARE=[]):
        handler = WSGIHandler()
        for title, function in (
            ("a read, missed", None),
            ("a read, hit", None),
            ("a mutation", "change"),
            ("of two contexts", "change_both"),
        ):
            trips, sent = _counted(server, lambda number, of=function: ask(handler, of, number))
            shown = ", ".join(f"{count:g} {name}" for name, count in sorted(sent.items()))
            values = {"mizan": trips, "one": 1.0}
            yield Row("What a request asks of Redis", title, "round trips", values, "one")
            print(f"    {sum(sent.values()):g} commands: {shown}")


def _counted(server: Any, ask: Any) -> tuple[float, dict[str, float]]:
    """Return (round trips, commands by name) of one request on average."""
    reads = lambda: server.client.info("stats")["total_reads_processed"]  # noqa: E731
    ask(TIMES)  # connects, and lets the server learn the scripts
    with server.client.monitor() as monitor:
        before = reads()
        for number in range(TIMES):
            ask(number)
        trips = (reads() - before - 1) / TIMES  # but the second look at the count itself
        server.client.echo("the end")
        sent: Counter[str] = Counter()
        for said in monitor.listen():
            if said["command"].startswith("ECHO"):
                break
            if said["client_type"] != "lua":
                sent[re.split(r"[ ]", said["command"])[0].upper()] += 1
    sent.pop("INFO", None)
    return trips, {name: count / TIMES for name, count in sent.items()}


def ask(handler: Any, function: str | None, number: int) -> None:
    """Read an instance through Django's handler, or call a function with it."""
    body = json.dumps({"function": function, "args": {"item_id": number}}).encode()
    environ = {
        "REQUEST_METHOD": "POST" if function else "GET",
        "PATH_INFO": "/api/mizan/call/" if function else "/api/mizan/ctx/small/",
        "QUERY_STRING": f"item_id={number}",
        "CONTENT_TYPE": "application/json" if function else "",
        "CONTENT_LENGTH": str(len(body)) if function else "",
        "SERVER_NAME": "example.org",
        "SERVER_PORT": "80",
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(body),
    }
    response = handler(environ, lambda *_: None)
    if response.status_code != 200:
        raise SystemExit(f"{settings.ROOT_URLCONF}: {response.content!r}")
    response.close()

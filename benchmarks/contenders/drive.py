"""Sends requests through Django's handlers in this process, as a WSGI or an ASGI server does.

To be imported once Django is set up. The settings count that hold when a handler is made, and
ROOT_URLCONF as it is at each request.
"""

from __future__ import annotations

import asyncio
import io
from collections.abc import Callable
from functools import cache
from typing import Any

from django.core.handlers.asgi import ASGIHandler
from django.core.handlers.wsgi import WSGIHandler

HOST = "example.org"
BROWSER = {
    "accept": "application/json",
    "accept-encoding": "gzip, deflate, br",
    "accept-language": "en-GB,en;q=0.9",
    "user-agent": "Mozilla/5.0 (X11; Linux x86_64)",
}
Ask = Callable[..., bytes]


def wsgi(method: str, path: str) -> Ask:
    """Return what sends a request with a body and a query, and returns the body of the answer."""
    handler = WSGIHandler()
    fixed = {
        "REQUEST_METHOD": method,
        "PATH_INFO": path,
        "SERVER_NAME": HOST,
        "SERVER_PORT": "80",
        "HTTP_HOST": HOST,
        **{f"HTTP_{name.upper().replace('-', '_')}": value for name, value in BROWSER.items()},
        "CONTENT_TYPE": "application/json" if method == "POST" else "",
        "wsgi.url_scheme": "http",
    }

    def ask(body: bytes = b"", query: str = "") -> bytes:
        length = str(len(body)) if body else ""
        environ = {**fixed, "CONTENT_LENGTH": length, "QUERY_STRING": query}
        response = handler({**environ, "wsgi.input": io.BytesIO(body)}, lambda *_: None)
        response.close()
        content: bytes = response.content
        return content

    return ask


def asgi(method: str, path: str) -> Ask:
    """Return the same through ASGI, on one event loop."""
    handler = ASGIHandler()
    headers = [(name.encode(), value.encode()) for name, value in BROWSER.items()]
    headers += [(b"host", HOST.encode())]
    headers += [(b"content-type", b"application/json")] if method == "POST" else []
    fixed = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": method,
        "path": path,
        "scheme": "http",
        "server": (HOST, 80),
    }

    async def once(body: bytes, query: str) -> bytes:
        length = [(b"content-length", str(len(body)).encode())] if body else []
        sent: list[bytes] = []
        asked = iter([{"type": "http.request", "body": body, "more_body": False}])

        async def receive() -> Any:
            told = next(asked, None)
            return told or await asyncio.Event().wait()  # who asks again waits for the end

        async def send(message: Any) -> None:
            sent.append(message.get("body", b""))

        scope = {**fixed, "headers": headers + length, "query_string": query.encode()}
        await handler(scope, receive, send)
        return b"".join(sent)

    def ask(body: bytes = b"", query: str = "") -> bytes:
        return _loop().run_until_complete(once(body, query))

    return ask


@cache
def _loop() -> asyncio.AbstractEventLoop:
    return asyncio.new_event_loop()

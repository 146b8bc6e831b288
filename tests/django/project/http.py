"""Clients of the tests: Django's own, over WSGI or ASGI, that hold every reply to the schemas."""

from __future__ import annotations

from typing import Any

from asgiref.sync import async_to_sync
from django.conf import settings
from django.test import AsyncClient, Client

from mizan.server.registry import registry
from mizan.testing.replies import Kind, Received, complaints

JSON = "application/json"
BASE = "/api/mizan/"


def check(method: str, path: str, response: Any, name: str | None = None) -> Any:
    """Return the response if it fits the schemas."""
    kind: Kind = "other"
    if path == f"{BASE}call/":
        kind = "call"
    elif path.startswith(f"{BASE}ctx/"):
        kind, name = "context", path.split("/")[4]
    has_body = method != "HEAD" and not response.streaming
    headers = {field.lower(): value for field, value in response.items()}
    if response.cookies:
        headers["set-cookie"] = response.cookies.output()
    received = Received(
        response.status_code, headers, response.content if has_body else None, kind, name
    )
    catalog = registry.catalog
    found = complaints(received, catalog.schema, catalog.digest)
    assert not found, "\n".join([*found, str(headers), str(received.body)])
    return response


class Web:
    """A browser or program that speaks to the project. `is_async`: over ASGI."""

    def __init__(self, *, is_async: bool = False, **options: Any) -> None:
        options = {"raise_request_exception": False} | options
        self.is_async = is_async
        self._middleware = settings.MIDDLEWARE
        self.client: Any = AsyncClient(**options) if is_async else Client(**options)

    def request(self, method: str, path: str, body: Any = None, **options: Any) -> Any:
        """Send a request and return the checked response."""
        options.setdefault("content_type", JSON)
        if body is None:
            options.pop("content_type")
        given = options.pop("name", None)
        response = self._send(self.client.generic, method, path, body or b"", **options)
        return check(method, path.partition("?")[0], response, given)

    def _send(self, send: Any, *args: Any, **options: Any) -> Any:
        if self._middleware != settings.MIDDLEWARE:  # Django's client keeps what it loaded first
            self.client.handler._middleware_chain = None
            self._middleware = settings.MIDDLEWARE

        async def wait() -> Any:
            return await send(*args, **options)

        return async_to_sync(wait)() if self.is_async else send(*args, **options)

    def get(self, path: str, **options: Any) -> Any:
        """Send GET."""
        return self.request("GET", path, **options)

    def read(self, context: str, query: str = "", **options: Any) -> Any:
        """Read a context."""
        return self.get(f"{BASE}ctx/{context}/{'?' * bool(query)}{query}", **options)

    def call(self, function: str, /, headers: Any = None, **args: Any) -> Any:
        """Call a function."""
        body = dumps({"function": function, "args": args})
        return self.request("POST", f"{BASE}call/", body, headers=headers, name=function)

    def post(self, path: str, data: dict[str, Any], **options: Any) -> Any:
        """Send a form, multipart as Django's client does."""
        return check("POST", path, self._send(self.client.post, path, data, **options))

    def login(self, user: Any) -> None:
        """Log a user in, by the session."""
        self.client.force_login(user)


def dumps(value: Any) -> bytes:
    """Return a value as JSON."""
    import json

    return json.dumps(value).encode()

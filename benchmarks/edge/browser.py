"""Sends requests to the shop through an edge, as one person, over one connection.

Invariant: a person reads with an identity token alone; the session's cookie is sent only to sign in
and to get another token.
"""

from __future__ import annotations

import http.client
import json
import time
from dataclasses import dataclass
from email.message import Message
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import quote, urlencode

from servers import HOST

BASE = "/api/mizan/"
PASSWORD = "demo"  # noqa: S105 (of everybody in the example)
PATIENCE = 30.0  # seconds
RENEWED = 200.0
"""Seconds after which another token is asked for; one lives 300."""
IDLE = 2.0
"""Seconds after which a connection is opened anew: servers close those that are not used."""
ORIGIN = "mizan"
"""What the origin calls itself in Cache-Status."""


@dataclass(frozen=True)
class Reply:
    """A reply, and from when to when (monotonic, ns) it was asked for."""

    status: int
    headers: Message
    content: bytes
    begin: int
    end: int

    @property
    def data(self) -> Any:
        """The document."""
        return json.loads(self.content)

    @property
    def edge(self) -> str:
        """What the edge says: `hit`, `collapsed`, why it forwarded, or nothing (RFC 9211)."""
        said = ",".join(self.headers.get_all("Cache-Status", [])).rpartition(",")[2]
        name, *params = (each.strip() for each in said.split(";"))
        if name in (ORIGIN, ""):
            return ""
        first = next((each for each in ("hit", "collapsed") if each in params), None)
        return first or next((p[4:] for p in params if p.startswith("fwd=")), "")


class Browser:
    """One person's; `host`: which shop's."""

    def __init__(self, port: int, host: str = HOST) -> None:
        self._wire = http.client.HTTPConnection(HOST, port, timeout=PATIENCE)
        self._host = f"{host}:{port}"
        self._cookies: SimpleCookie = SimpleCookie()
        self._token: str | None = None
        self._obtained = 0.0
        self._used = 0.0

    def close(self) -> None:
        """Close the connection."""
        self._wire.close()

    def sign_in(self, name: str) -> None:
        """Start a session, and get a token for it."""
        reply = self.send("POST", *call_of("sign_in", username=name, password=PASSWORD))
        for value in reply.headers.get_all("Set-Cookie", []):
            self._cookies.load(value)
        self._obtain()

    def read(self, context: str, **params: str | int) -> Reply:
        """Read a context, by its canonical URL."""
        return self.get(path_of(context, **params))

    def get(self, path: str, **headers: str) -> Reply:
        """Get a path as oneself."""
        return self.send("GET", path, None, headers | self.identity())

    def call(self, function: str, /, **args: Any) -> Reply:
        """Call a function as oneself."""
        path, body = call_of(function, **args)
        return self.send("POST", path, body, self.identity())

    def send(
        self,
        method: str,
        path: str,
        body: bytes | None = None,
        headers: dict[str, str] | None = None,
    ) -> Reply:
        """Send a request as it stands, and to the end of its reply."""
        sent = {"Host": self._host, **(headers or {})}
        if body is not None:
            sent["Content-Type"] = "application/json"
        if time.monotonic() > self._used + IDLE:
            self._wire.close()
        begin = time.monotonic_ns()
        try:
            self._wire.request(method, path, body, sent)
            reply = self._wire.getresponse()
            content = reply.read()
        except BaseException:
            self._wire.close()  # the next request opens it anew
            raise
        end = time.monotonic_ns()
        self._used = end / 1e9
        return Reply(reply.status, reply.headers, content, begin, end)

    def with_cookies(self) -> dict[str, str]:
        """Return the headers by which the session says who asks."""
        pairs = "; ".join(f"{name}={each.value}" for name, each in self._cookies.items())
        return {"Cookie": pairs, "X-CSRFToken": self._cookies["csrftoken"].value}

    def identity(self) -> dict[str, str]:
        """Return the headers by which a token says who asks."""
        if self._token is None:
            return {}
        if time.monotonic() > self._obtained + RENEWED:
            self._obtain()
        return {"X-Mizan-Token": self._token}

    def _obtain(self) -> None:
        reply = self.send("POST", *call_of("mwt_obtain"), self.with_cookies())
        if reply.status != http.HTTPStatus.OK:
            raise RuntimeError(f"There is no token: {reply.status} {reply.content!r}")
        self._token, self._obtained = reply.data["result"]["token"], time.monotonic()


def path_of(context: str, **params: str | int) -> str:
    """Return the canonical path of a read."""
    query = urlencode(sorted(params.items()), quote_via=quote)
    return f"{BASE}ctx/{context}/" + (f"?{query}" if query else "")


def call_of(function: str, /, **args: Any) -> tuple[str, bytes]:
    """Return the path and the body of a call."""
    return f"{BASE}call/", json.dumps({"function": function, "args": args}).encode()

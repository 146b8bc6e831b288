"""A network's interface as an HTTP server on 127.0.0.1, with the troubles that real ones have."""

from __future__ import annotations

import json
import threading
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self


@dataclass(frozen=True)
class Received:
    """A request: names of headers are in small letters."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        """The body as JSON."""
        return json.loads(self.body)


@dataclass(frozen=True)
class Reply:
    """What the server answers; `hangs`: nothing until it ends; `breaks`: half of an answer;
    `drips`: a body that never ends, slowly."""

    status: int = 200
    body: bytes = b"{}"
    headers: dict[str, str] = field(default_factory=dict)
    hangs: bool = False
    breaks: bool = False
    drips: bool = False

    def lines(self, size: int) -> Iterator[tuple[str, str]]:
        """Yield the field lines of a body of so many bytes; a value may be several lines."""
        for name, value in (self.headers | {"Content-Length": str(size)}).items():
            yield from ((name, line) for line in value.split("\n"))

    @classmethod
    def of(cls, value: Any, status: int = 200, **headers: str) -> Reply:
        """Return a reply with JSON."""
        named = {name.replace("_", "-"): text for name, text in headers.items()}
        return cls(status, json.dumps(value).encode(), named)


class FakeApi:
    """Answers by `answer`, after what is in `troubles`; keeps all that it `received`."""

    def __init__(self, answer: Callable[[Received], Reply]) -> None:
        self.answer = answer
        self.received: list[Received] = []
        self.troubles: deque[Reply] = deque()
        self._over = threading.Event()
        self._server = _Server(("127.0.0.1", 0), _Handler)
        self._server.api = self
        self._thread = threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True
        )

    @property
    def url(self) -> str:
        """Where it is."""
        return f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def _next(self, received: Received) -> Reply:
        self.received.append(received)
        return self.troubles.popleft() if self.troubles else self.answer(received)


class _Server(ThreadingHTTPServer):
    """A server that knows whose it is."""

    daemon_threads = True
    api: FakeApi


class _Handler(BaseHTTPRequestHandler):
    """Answers any method as the server's FakeApi says."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # headers and body are written apart
    server: _Server

    def _reply(self) -> None:
        api = self.server.api
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        headers = {name.lower(): value for name, value in self.headers.items()}
        reply = api._next(Received(self.command, self.path, headers, body))
        self.close_connection = reply.hangs or reply.breaks or reply.drips
        if reply.hangs:
            api._over.wait()
            return
        size = 1_000_000 if reply.drips or reply.breaks else len(reply.body)
        self.send_response(reply.status)
        for name, value in reply.lines(size):
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(reply.body)
        while reply.drips and not api._over.wait(0.05):
            self.wfile.write(b" ")

    def __getattr__(self, name: str) -> Any:
        if name.startswith("do_"):
            return self._reply
        raise AttributeError(name)

    def handle(self) -> None:
        with suppress(BrokenPipeError, ConnectionResetError):
            super().handle()

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


def refused_url() -> str:
    """Return a URL where nobody listens."""
    with FakeApi(lambda _: Reply()) as api:
        return api.url

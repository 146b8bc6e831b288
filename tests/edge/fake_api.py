"""A network's interface as an HTTP server on 127.0.0.1, with the troubles that real ones have."""

from __future__ import annotations

import json
import threading
from collections import deque
from collections.abc import Callable
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
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
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

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        api = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def _reply(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                headers = {name.lower(): value for name, value in self.headers.items()}
                reply = api._next(Received(self.command, self.path, headers, body))
                if reply.hangs:
                    api._over.wait()
                    self.close_connection = True
                    return
                size = 1_000_000 if reply.drips or reply.breaks else len(reply.body)
                self.send_response(reply.status)
                for name, value in (reply.headers | {"Content-Length": str(size)}).items():
                    for each in value.split("\n"):  # one field line each
                        self.send_header(name, each)
                self.end_headers()
                self.wfile.write(reply.body)
                while reply.drips and not api._over.wait(0.05):
                    self.wfile.write(b" ")
                self.close_connection = reply.breaks or reply.drips

            def __getattr__(self, name: str) -> Any:
                if name.startswith("do_"):
                    return self._reply
                raise AttributeError(name)

            def handle(self) -> None:
                try:
                    super().handle()
                except (BrokenPipeError, ConnectionResetError):
                    self.close_connection = True

            def log_message(self, *_: Any) -> None:
                """Say nothing."""

        return Handler


def refused_url() -> str:
    """Return a URL where nobody listens."""
    with FakeApi(lambda _: Reply()) as api:
        return api.url

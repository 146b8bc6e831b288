"""A server under test: one request, one connection, one reply, raw bytes included.

Invariant: whatever the server does is a Reply or a Silence; nothing here waits beyond a deadline.
"""

from __future__ import annotations

import http.client
import socket
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, TextIO
from urllib.parse import urlsplit

_PATIENCE: Final = 2.0  # seconds
_TRACED: Final = 2000  # bytes of a body
_LARGEST: Final = 8 << 20  # bytes of a reply: no reply of the app has as many


class SiteUnusable(ValueError):  # noqa: N818 (a state: the site is unusable)
    """There is nothing to test: a wrong URL, nobody there, or not the conformance app."""


class Silence(Exception):  # noqa: N818 (a state: the server said nothing that is HTTP)
    """The server gave no reply."""


@dataclass(frozen=True, slots=True)
class Reply:
    """A reply. `headers` by name in lower case, repeated fields joined with `, `."""

    method: str
    target: str
    status: int
    headers: Mapping[str, str]
    body: bytes
    cookies: tuple[str, ...] = ()

    def header(self, name: str) -> str | None:
        """Return a header field, None where it is not there."""
        return self.headers.get(name.lower())

    @property
    def asked(self) -> str:
        """What was asked, in a few words."""
        return f"{self.method} {self.target[:80]}"


@dataclass
class Site:
    """A server by its URL. `seen` are all replies to requests that were not raw; what is sent and
    received is written to `trace`."""

    url: str
    deadline: float = 15.0
    trace: TextIO | None = None
    seen: list[Reply] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Read the URL. Raises SiteUnusable for what is none of a server."""
        try:
            parts = urlsplit(self.url)
            port = parts.port
        except ValueError as error:
            raise SiteUnusable(f"{self.url!r} is no URL: {error}.") from error
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise SiteUnusable(f"{self.url!r} is no URL of a server: write http://HOST:PORT/.")
        if parts.path not in ("", "/") or parts.query or parts.fragment:
            raise SiteUnusable(f"{self.url!r} has a path: the app hangs at /mizan/ of its server.")
        self._tls = ssl.create_default_context() if parts.scheme == "https" else None
        # Names below `localhost` are of this machine (RFC 6761), whatever its resolver says.
        host = "localhost" if parts.hostname.endswith(".localhost") else parts.hostname
        self._address = (host, port or (443 if self._tls else 80))
        self.host = parts.netloc.rpartition("@")[2]

    @property
    def origin(self) -> str:
        """The origin of the server's pages, as browsers write it."""
        return f"{'https' if self._tls else 'http'}://{self.host}"

    def ask(
        self,
        method: str,
        target: str,
        headers: Mapping[str, str],
        body: bytes | None = None,
        *,
        until: bytes | None = None,
    ) -> Reply:
        """Send a request and return the reply; of a stream of events, what comes up to `until`.
        Raises Silence."""
        self._tell("->", f"{method} {target}", headers, body or b"")
        connection = http.client.HTTPConnection(*self._address, timeout=self.deadline)
        try:
            connection.sock = self._connected()
            connection.putrequest(method, target, skip_host=True, skip_accept_encoding=True)
            for name, value in {"Host": self.host, "Connection": "close", **headers}.items():
                connection.putheader(name, value)
            if body is not None:
                connection.putheader("Content-Length", str(len(body)))
            _send(connection, body)
            reply = _read(connection.getresponse(), method, target, until)
        except TimeoutError as error:
            raise Silence(f"{method} {target}: no reply for {self.deadline:g} s") from error
        except (OSError, http.client.HTTPException) as error:
            raise Silence(f"{method} {target}: {error!r}") from error
        finally:
            connection.close()
        self.seen.append(reply)
        self._tell("<-", str(reply.status), reply.headers, reply.body)
        return reply

    def ask_raw(self, data: bytes, *, must_answer: bool = True) -> Reply | None:
        """Send bytes as they are. Returns the first reply, None where the server closes, or waits
        for more (for two seconds, if it need not answer). Raises Silence for what is no HTTP."""
        first = data.split(b"\r\n", 1)[0].decode("latin-1")
        self._tell("->", "raw", {}, data)
        connection = self._connected()
        connection.settimeout(self.deadline if must_answer else _PATIENCE)
        try:
            connection.sendall(data)
            response = http.client.HTTPResponse(connection)
            response.begin()
            reply = _read(response, "RAW", first)
        except (TimeoutError, ConnectionError, http.client.RemoteDisconnected):
            return None
        except (OSError, http.client.HTTPException) as error:
            raise Silence(f"{first!r}: {error!r}") from error
        finally:
            connection.close()
        self._tell("<-", str(reply.status), reply.headers, reply.body)
        return reply

    def _tell(self, arrow: str, what: str, headers: Mapping[str, str], body: bytes) -> None:
        if self.trace is None:
            return
        lines = [f"{arrow} {what}", *(f"   {name}: {value}" for name, value in headers.items())]
        if body:
            lines.append(f"   {body[:_TRACED]!r}")
        self.trace.write("\n".join(lines) + "\n")

    def _connected(self) -> socket.socket:
        try:
            plain = socket.create_connection(self._address, timeout=self.deadline)
            plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if self._tls is None:
                return plain
            return self._tls.wrap_socket(plain, server_hostname=self._address[0])
        except OSError as error:
            raise Silence(f"cannot connect to {self.host}: {error}") from error


def _send(connection: http.client.HTTPConnection, body: bytes | None) -> None:
    """Send what there is; a server may answer, and close, before it has read all of a body."""
    try:
        connection.endheaders(body)
    except (BrokenPipeError, ConnectionResetError):
        if body is None:
            raise


def _read(
    response: http.client.HTTPResponse, method: str, target: str, until: bytes | None = None
) -> Reply:
    kind = response.headers.get_content_type()
    if until is not None and kind == "text/event-stream":
        body = _read_until(response, until)
    else:
        body = response.read(_LARGEST)
        if response.length:
            raise http.client.IncompleteRead(body, response.length)
    names = {name.lower() for name in response.headers}
    fields = {name: ", ".join(response.headers.get_all(name, ())) for name in sorted(names)}
    cookies = tuple(response.headers.get_all("Set-Cookie", ()))
    return Reply(method, target, response.status, fields, body, cookies)


def _read_until(response: http.client.HTTPResponse, mark: bytes) -> bytes:
    found = b""
    while mark not in found and len(found) < _LARGEST and (more := response.read1(_LARGEST)):
        found += more
    return found

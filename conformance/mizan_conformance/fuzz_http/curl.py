"""A request as a line for a shell: `curl`, or `printf | nc` where curl would not send it.

Invariant: the shell sends the same bytes, whatever they are: POSIX quoting, octal for the rest.
"""

from __future__ import annotations

import shlex
from urllib.parse import urlsplit

from mizan_conformance.http.stage import Request

_PLAIN = frozenset(range(0x20, 0x7F)) - frozenset(b"%\\'")


def curl_line(url: str, request: Request) -> str:
    """Return the line that sends a request to the server at a URL."""
    texts = [request.method, request.target, *request.headers, *request.headers.values()]
    if not all(_is_plain(text) for text in texts):
        return raw_line(url, _head(url, request) + (request.body or b""))
    # curl sends a field without a value only where it ends in a semicolon.
    headers = [
        f"{name}: {value}" if value else f"{name};" for name, value in request.headers.items()
    ]
    parts = ["curl", "-si", "--path-as-is", "--globoff"]
    parts += ["--head"] if request.method == "HEAD" else ["-X", request.method]
    for each in headers:
        parts += ["-H", each]
    line = shlex.join([*parts, url.rstrip("/") + request.target])
    if request.body is None:
        return line
    text = request.body.decode("latin-1")
    if _is_plain(text):
        return f"{line} --data-binary {shlex.quote(text)}"
    return f"printf {_printf(request.body)} | {line} --data-binary @-"


def raw_line(url: str, data: bytes) -> str:
    """Return the line that sends bytes as they are."""
    parts = urlsplit(url)
    port = parts.port or (443 if parts.scheme == "https" else 80)
    client = f"nc {parts.hostname} {port}"
    if parts.scheme == "https":
        client = f"openssl s_client -quiet -connect {parts.hostname}:{port}"
    return f"printf {_printf(data)} | {client}"


def _head(url: str, request: Request) -> bytes:
    fields = {"Host": urlsplit(url).netloc, "Connection": "close", **request.headers}
    if request.body is not None:
        fields["Content-Length"] = str(len(request.body))
    lines = [f"{request.method} {request.target} HTTP/1.1"]
    lines += [f"{name}: {value}" for name, value in fields.items()]
    return "\r\n".join([*lines, "", ""]).encode("latin-1")


def _is_plain(text: str) -> bool:
    return all(" " <= each <= "~" for each in text) and not text.startswith("@")


def _printf(data: bytes) -> str:
    """Return the quoted format of printf for any bytes."""
    return "'" + "".join(chr(b) if b in _PLAIN else f"\\{b:03o}" for b in data) + "'"

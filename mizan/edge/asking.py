"""Asking an edge, as a client does, over the pool that purgers use.

Invariant: what is sent goes to the one edge that was named; no redirect is followed.
"""

from __future__ import annotations

import re
from typing import Self

from mizan.edge.answers import Seen, digest
from mizan.edge.base import checked_url
from mizan.edge.probes import Request
from mizan.edge.send import Sender

LARGEST = 8 * 1024 * 1024
"""The largest page that is read, in bytes."""

_cookie_names = re.compile(r"(?:\A|, )([!#$%&'*+.^_`|~0-9A-Za-z-]+)=").findall


class Edge:
    """An edge at a URL such as `https://www.example.org`; `host` is what Host says in its place.

    Raises ConfigurationError for another kind of URL.
    """

    def __init__(self, url: str, *, timeout: float, host: str | None = None) -> None:
        self.url = checked_url(url, "--edge")
        self._sender = Sender(timeout, largest=LARGEST)
        self._headers = {"Host": host} if host else {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._sender.close()

    def ask(self, request: Request) -> Seen:
        """Return what was answered. Raises PurgeFailed for no answer."""
        headers = {**self._headers, **request.headers}
        answer = self._sender.ask(request.method, self.url + request.path, headers, request.body)
        cookies = _cookie_names(answer.headers.get("set-cookie", ""))
        return Seen(answer.status, answer.headers, digest(answer.body), tuple(cookies))

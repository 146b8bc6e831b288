"""A small HTTP cache with the faults that real edges have, each by its name."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from urllib.parse import unquote

from fake_api import Received, Reply

Origin = Callable[[Received], Reply]
_s_maxage = re.compile(r"(?:s-maxage|max-age)=[1-9]").search
TAGS = {"x-mizan-invalidate", "cache-group-invalidation", "cache-groups", "xkey", "surrogate-key"}


@dataclass
class FakeEdge:
    """Keeps what says s-maxage, under its URL; `purge()` drops all.

    `keeps` nothing when false; `everything`: what says private or no-store, too; `by_cookie`: an
    entry for each Cookie; `believes`: what requests of these methods say of invalidation;
    `echoes`: tags of requests come back; `tells`: what it says of a hit; `adds`: fields that it
    writes on each reply; `cookie`: its own, on each reply.
    """

    origin: Origin
    keeps: bool = True
    everything: bool = False
    by_cookie: bool = False
    believes: tuple[str, ...] = ()
    echoes: bool = False
    tells: str = "cache-status"
    adds: dict[str, str] = field(default_factory=dict)
    entries: dict[str, Reply] = field(default_factory=dict)

    def purge(self) -> None:
        self.entries.clear()

    def __call__(self, received: Received) -> Reply:
        if received.method in self.believes and "x-mizan-invalidate" in received.headers:
            self.purge()
        key = received.path + (received.headers.get("cookie", "") if self.by_cookie else "")
        if received.method == "GET" and key in self.entries:
            return self._told(self.entries[key], hit=True)
        reply = self.origin(received)
        if self.echoes:
            sent = {name: text for name, text in received.headers.items() if name in TAGS}
            reply = replace(reply, headers={**reply.headers, **sent})
        if received.method == "GET" and self.keeps and self._may_keep(reply):
            self.entries[key] = reply
        return self._told(reply, hit=False)

    def _may_keep(self, reply: Reply) -> bool:
        if self.everything:
            return True
        policy = reply.headers.get("Cache-Control", "")
        barred = re.search("private|no-store|no-cache", policy)
        return reply.status == 200 and bool(_s_maxage(policy)) and not barred

    def _told(self, reply: Reply, *, hit: bool) -> Reply:
        own = reply.headers.get("Cache-Status")
        word = "hit" if hit else "fwd=miss; stored" if self.keeps else "fwd=bypass"
        said = {
            "cache-status": {"Cache-Status": ", ".join(filter(None, [own, f"edge; {word}"]))},
            "x-cache": {"X-Cache": "HIT" if hit else "MISS"},
            "age": {"Age": "7" if hit else "0"},
            "nothing": {},
        }[self.tells]
        return replace(reply, headers={**reply.headers, **said, **self.adds})


PUBLIC = {
    "Cache-Control": "public, max-age=0, s-maxage=31536000",
    "Cache-Groups": '"shelf"',
    "Cache-Status": "mizan; hit",
}
PRIVATE = {"Cache-Control": "private, no-cache", "Vary": "Cookie"}
NO_STORE = {"Cache-Control": "no-store"}


def library(received: Received) -> Reply:
    """Answer as the server of `MANIFEST` does."""
    path, _, query = received.path.partition("?")
    if path == "/api/ctx/shelf/":
        if received.method == "POST":
            return Reply(200, b'{"shelf":1}', NO_STORE)
        if unquote(query) != query:
            url = f"{path}?{unquote(query)}"
            return Reply(200, b'{"shelf":1}', {**NO_STORE, "Content-Location": url})
        return Reply(200, b'{"shelf":1}', PUBLIC)
    if path == "/api/ctx/mine/":
        who = received.headers.get("cookie", "nobody")
        return Reply(200, json.dumps({"mine": who}).encode(), PRIVATE)
    if path in ("/", "/b/5/"):
        return Reply(200, b"<p>", PUBLIC)
    return Reply(404, b"{}", NO_STORE)


def _context(**members: object) -> dict[str, object]:
    plain = {
        "functions": [{"name": "f", "path": "rpc", "rev": 0}],
        "parameters": [],
        "scope_params": [],
        "views": [],
        "page_routes": [],
        "user_scoped": False,
        "cache": True,
    }
    return {**plain, **members}


def _parameter(name: str, **members: object) -> dict[str, object]:
    typed = {"name": name, "type": {"type": "integer"}, "nullable": False}
    return {**typed, "required": True, **members}


MANIFEST = {
    "base_url": "/api/",
    "contexts": {
        "book": _context(
            parameters=[_parameter("book_id")], scope_params=["book_id"], views=["/b/:book_id/"]
        ),
        "mine": _context(user_scoped=True),
        "shelf": _context(
            parameters=[_parameter("page", required=False, default=1)], page_routes=["/"]
        ),
        "theirs": _context(user_scoped=True),
    },
}

"""What the reply to a request has to say of what became stale while it was answered.

Whatever views, tasks, signals or savers of other code make stale is noted here, and MizanMiddleware
writes it. Receivers of the signal `invalidated` are told of what no reply carries.

Invariant: what was committed is said once, by a header or by the signal; what was rolled back is
never said.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from contextvars import ContextVar, Token
from threading import Lock
from typing import Self

from django.db import DEFAULT_DB_ALIAS
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from mizan.django import edge_settings, savepoints
from mizan.django.signals import invalidated
from mizan.errors import MizanError
from mizan.protocol import header, tags
from mizan.protocol.tags import INVALIDATION
from mizan.protocol.targets import EVERYTHING, Target, canonical_set
from mizan.server.invalidation import Entry
from mizan.server.registry import registry
from mizan.server.reply import INVALIDATE


class _Saying(Entry):
    """Targets to be said by the reply, or, once that has left (or where none is), by the signal."""

    __slots__ = ("said",)

    def __init__(self, targets: tuple[Target, ...], said: Said | None) -> None:
        super().__init__(targets)
        self.said = said

    def __call__(self) -> None:
        super().__call__()
        if self.said is None or self.said.is_late(self):
            invalidated.send_robust(Said, targets=self.targets)


_is_call = re.compile(r"[A-Za-z0-9_-]{8,32}").fullmatch

# Threads of a request may outlive it. One lock does for all, as nobody holds it for long.
_lock = Lock()


class Said:
    """What the reply to one request says; nothing more once it was taken.

    Within its `with` statement what became stale is collected; what was not taken until it ends is
    told by the signal.
    """

    __slots__ = ("_entries", "_is_taken", "_token", "request")

    def __init__(self, request: HttpRequest | None = None) -> None:
        self.request = request
        self._entries: list[_Saying] = []
        self._is_taken = False
        self._token: Token[Said | None]

    def __enter__(self) -> Self:
        self._token = _said.set(self)
        return self

    def __exit__(self, *_error: object) -> None:
        _said.reset(self._token)
        if self._entries or not self._is_taken:
            left = self.take()
            if left:
                invalidated.send_robust(Said, targets=left)

    def add(self, entry: _Saying) -> None:
        """Note an entry before it is tied to a savepoint."""
        with _lock:
            self._entries.append(entry)

    def is_late(self, entry: _Saying) -> bool:
        """Whether an entry that was just committed has missed the reply."""
        with _lock:
            return self._is_taken and entry in self._entries

    def take(self) -> tuple[Target, ...]:
        """Return what was committed, for good; also what only a TestCase's own transaction keeps
        from that."""
        with _lock:
            self._is_taken = True
            if not self._entries:
                return ()
            tied = [entry for entry in self._entries if entry.home is not None]
            due = {
                id(entry)
                for entry in savepoints.alive(tied)
                if entry.committed or not savepoints.depth(entry.home)
            }
            taken = [entry for entry in self._entries if id(entry) in due]
            self._entries = [entry for entry in self._entries if id(entry) not in due]
        return canonical_set([target for entry in taken for target in entry.targets])


_said: ContextVar[Said | None] = ContextVar("mizan_said", default=None)


def call_id() -> str:
    """Return the nonce of the call (`X-Mizan-Call`) that is being answered; empty if there is none,
    or one that cannot be read."""
    said = _said.get()
    if said is None or said.request is None:
        return ""
    given: str = said.request.META.get("HTTP_X_MIZAN_CALL", "")
    return given if _is_call(given) else ""


def tell(targets: tuple[Target, ...], using: str = DEFAULT_DB_ALIAS) -> None:
    """Have targets said once the open transaction of a database has committed, or now."""
    said = _said.get()
    entry = _Saying(targets, said)
    if said is not None:
        said.add(entry)
    savepoints.tie(entry, using)


def write(response: HttpResponseBase, targets: tuple[Target, ...]) -> None:
    """Put targets into the header of a reply, beside those that it has, and let nobody store it."""
    if not targets:
        return
    try:
        known = header.parse(response.headers.get(INVALIDATE, ""))
    except MizanError:  # another's
        known = (EVERYTHING,)
    stale = canonical_set([*known, *targets])
    response.headers[INVALIDATE] = header.format(stale)
    if edge_settings.current() is not None:
        response.headers[INVALIDATION] = purge(response, stale, known)
    response.headers["Cache-Control"] = "no-store"


def purge(response: HttpResponseBase, stale: Iterable[Target], known: Iterable[Target] = ()) -> str:
    """Return what edges purge: targets, and the groups that a reply names by itself beside those of
    the targets `known`. A field that nobody can read stays so: edges then purge everything."""
    field = response.headers.get(INVALIDATION, "")
    slots = registry.catalog.slots
    try:
        named = tags.parse(field)
    except MizanError:
        return field
    return slots.purge(stale, set(named).difference(tags.parse(slots.purge(known))))

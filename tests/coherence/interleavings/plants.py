"""Faults to plant into the server and the cache: each is one that the exploration has to find."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, ExitStack
from typing import Any
from unittest.mock import patch

from interleavings.host import Host
from mizan.cache import redis_plan
from mizan.cache.base import STAMP_BYTES, Begun, Cache, CacheUnavailable, Found, State
from mizan.cache.memory import MemoryCache
from mizan.server import cached, coherence, mutation, reads
from mizan.server.catalog import Catalog
from mizan.server.coherence import Pledge
from mizan.server.effects import Ask, Steps
from mizan.server.slots import Slot

Planted = AbstractContextManager[Any]
_found, _pledge = redis_plan.found, coherence.pledge
_keep, _fulfil = cached.keep, coherence.fulfil


def _all(*patches: Planted) -> Planted:
    stack = ExitStack()
    for each in patches:
        stack.enter_context(each)
    return stack


def stamps_not_compared() -> Planted:
    """Take an entry whatever its stamps are, as long as nobody holds a guard of it."""

    def read(self: MemoryCache, key: str, guards: Sequence[str]) -> Found:
        entry = self._entries.get(key)
        if entry is not None and not any(guard in self._held for guard in guards):
            return entry.found
        return Found(State.MISS, b"", tuple(map(self._stamps.get, guards)))

    def found(values: Sequence[bytes | None]) -> Found:
        entry, *guards = values
        if entry and all(guard is None or len(guard) == STAMP_BYTES for guard in guards):
            return redis_plan.hit(entry, guards)
        return _found(values)

    return _all(patch.object(MemoryCache, "read", read), patch.object(redis_plan, "found", found))


def _nothing(*_args: Any, **_named: Any) -> Steps[None]:
    yield from ()


def no_hold() -> Planted:
    """Purge after the commit, and do nothing before it."""
    return _all(*(patch.object(each, "pledge", _nothing) for each in (mutation, coherence)))


def purge_before_commit() -> Planted:
    """Renew and release before the commit, and do nothing after it."""

    def pledge(catalog: Catalog, promise: Pledge, **named: Any) -> Steps[None]:
        yield from _pledge(catalog, promise, **named)
        yield from _fulfil(catalog, promise)

    return _all(
        *(patch.object(each, "pledge", pledge) for each in (mutation, coherence)),
        *(patch.object(each, "fulfil", _nothing) for each in (mutation, coherence)),
    )


def released_in_doubt() -> Planted:
    """Take every commit that failed for one that was rolled back."""
    return patch.object(Host, "rolled_back", lambda _host, _error: True)


def stamps_afterwards() -> Planted:
    """Store what was computed with the stamps that stand then."""

    def keep(
        cache: Cache, slot: Slot, begun: Begun, body: bytes, ttl: float, head: bytes
    ) -> Steps[bool | None]:
        try:
            yield Ask(cache, "abandon", (slot.key, begun, False))
            found = yield Ask(cache, "read", (slot.key, slot.guards))
            fresh = yield Ask(cache, "begin", (slot.key, found, slot.guards))
        except CacheUnavailable:
            return None
        if fresh.state is not State.MISS:
            return False
        return (yield from _keep(cache, slot, fresh, body, ttl, head))

    return patch.object(reads, "keep", keep)


def stored_under_a_hold() -> Planted:
    """Take a held guard for one that is not."""

    def found(values: Sequence[bytes | None]) -> Found:
        entry, *guards = values
        return _found([entry, *(guard and guard[:STAMP_BYTES] for guard in guards)])

    return _all(
        patch.object(MemoryCache, "_is_held", lambda *_: False),
        patch.object(redis_plan, "found", found),
    )


PLANTS: list[Callable[[], Planted]] = [
    stamps_not_compared,
    no_hold,
    purge_before_commit,
    released_in_doubt,
    stamps_afterwards,
    stored_under_a_hold,
]

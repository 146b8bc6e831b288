"""A backend and what can happen to its store: the same hooks, whichever it is."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import partial
from typing import Any, Protocol, cast

from mizan.cache.base import Cache, Hold, Limits
from mizan.cache.memory import MemoryCache

LIMITS = Limits(hold=3600, compute=3600)
"""Nothing ends by itself while a schedule is played: what has to expire is made to."""


class Store(Protocol):
    """A cache whose store can be pushed around."""

    cache: Cache

    def expire(self, hold: Hold) -> None:
        """Let the deadlines of a hold pass."""

    def expire_claim(self, key: str) -> None:
        """Let the deadline of a computation pass."""

    def evict(self, key: str) -> None:
        """Drop an entry, as for want of memory."""

    def evict_guard(self, guard: str) -> None:
        """Drop a guard that nobody holds, as for want of memory."""

    def flush(self) -> None:
        """Drop everything."""

    def restart(self) -> None:
        """End the store and start it anew, with nothing in it."""

    def close(self) -> None:
        """End it."""


class Blocking:
    """A cache's coroutines, each run to its end: the promise is theirs too."""

    def __init__(self, cache: Cache, runner: asyncio.Runner) -> None:
        self._cache = cache
        self._runner = runner

    def __getattr__(self, name: str) -> Callable[..., Any]:
        return partial(self._run, getattr(self._cache.aio, name))

    def _run(self, method: Callable[..., Any], *args: Any, **named: Any) -> Any:
        return self._runner.run(method(*args, **named))


class MemoryStore:
    """A MemoryCache, with its methods or with its coroutines."""

    def __init__(self, *, max_entries: int = 100, coroutines: bool = False) -> None:
        self._max_entries = max_entries
        self._runner = asyncio.Runner() if coroutines else None
        self.restart()

    def restart(self) -> None:
        self._memory = MemoryCache(limits=LIMITS, max_entries=self._max_entries)
        blocking = self._runner and cast("Cache", Blocking(self._memory, self._runner))
        self.cache = blocking or self._memory

    def expire(self, hold: Hold) -> None:
        for holds in self._memory._held.values():
            if hold.id in holds:
                holds[hold.id] = 0.0

    def expire_claim(self, key: str) -> None:
        self._memory._claims.pop(key, None)

    def evict(self, key: str) -> None:
        self._memory._drop(key)

    def evict_guard(self, guard: str) -> None:
        self._memory._stamps.pop(guard, None)

    def flush(self) -> None:
        self.restart()

    def close(self) -> None:
        if self._runner is not None:
            self._runner.close()

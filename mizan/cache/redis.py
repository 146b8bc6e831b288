"""The cache on Redis or Valkey: one server, Sentinel or Cluster (SPEC.md, section 15).

Invariant: a failed call is tried once more only on a new connection, where an idle one was gone,
and never after a time-out; all else that fails is told as CacheUnavailable.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

from mizan.cache import redis_plan as plans
from mizan.cache import redis_tour as tours
from mizan.cache.base import Begun, CacheUnavailable, Found, Hold, Limits, State
from mizan.cache.breaker import Breaker
from mizan.cache.redis_plan import Op
from mizan.cache.redis_routes import Refused, Route
from mizan.cache.redis_send import AsyncSender, Dialler, Sender
from mizan.cache.redis_urls import place
from mizan.cache.redis_wire import Course, Stale

T = TypeVar("T")


class RedisCache:
    """A backend on Redis >= 6 or Valkey. Thread-safe; forks and event loops have connections of
    their own.

    `url` says where it is (`redis_urls.py` has the forms); `options` go to redis-py's connections.
    `timeout` is that of connecting and of each reading, in seconds; with asyncio of a whole round
    trip. `on_recovered` are called after the first success that follows a failure. Raises
    ConfigurationError for a URL that cannot be read.
    """

    def __init__(
        self,
        url: str,
        *,
        limits: Limits | None = None,
        timeout: float = 0.25,
        clock: Callable[[], float] = time.monotonic,
        **options: Any,
    ) -> None:
        self.limits = limits or Limits()
        self.on_recovered: list[Callable[[], object]] = []
        found = place(url, options)
        dialler = Dialler(found, timeout, lambda name: Breaker(name, self.on_recovered, clock))
        self._route: Route = found.route
        self._sender = Sender(dialler)
        self.aio = AsyncRedisCache(self, found.route, AsyncSender(dialler))

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {type(self._route).__name__.lower()}>"

    def read(self, key: str, guards: Sequence[str]) -> Found:
        return self._do(plans.read(key, guards, at_once=self._route.single))

    def begin(self, key: str, found: Found, guards: Sequence[str]) -> Begun:
        begun = self._do(plans.begin(key, found, guards, self.limits))
        if begun.id and begun.state is not State.MISS:
            self.abandon(key, begun, alone=False)
        return begun

    def store(
        self,
        key: str,
        guards: Sequence[str],
        begun: Begun,
        payload: bytes,
        ttl: float,
        head: bytes = b"",
    ) -> bool:
        return self._do(plans.store(key, guards, begun, payload, ttl, head, self.limits))

    def abandon(self, key: str, begun: Begun, alone: bool) -> None:
        self._do(plans.abandon(key, begun, alone))

    def hold(self, hold: Hold) -> None:
        self._do(plans.hold(hold, self.limits))

    def renew(self, hold: Hold) -> None:
        self._do(plans.renew(hold, self.limits))

    def release(self, hold: Hold) -> None:
        self._do(plans.release(hold, self.limits))

    def purge(self, guards: Sequence[str]) -> None:
        self._do(plans.purge(guards, self.limits))

    def clear(self) -> None:
        self._go(tours.clear(self._route))

    def stats(self) -> Mapping[str, int | float | str]:
        """As Cache.stats; walks over all keys of the server."""
        return self._go(tours.stats(self._route))

    def ask(self, *command: str | int) -> dict[str, Any]:
        """Send one command to every server that holds keys; return the replies by its address."""
        return self._go(tours.ask(self._route, command))

    def close(self) -> None:
        self._sender.close()

    def _do(self, op: Op[T]) -> T:
        try:
            return self._go(plans.course(self._route, op))
        except Stale:
            return self._go(plans.course(self._route, op), fresh=True)

    def _go(self, course: Course[T], *, fresh: bool = False) -> T:
        try:
            batches = next(course)
            while True:
                try:
                    replies = self._sender.exchange(batches, fresh)
                except CacheUnavailable as error:
                    batches = course.throw(error)
                else:
                    batches = course.send(replies)
        except StopIteration as end:
            return end.value  # type: ignore[no-any-return]
        except CacheUnavailable as error:
            if _has_moved(self._route, error):
                self._sender.close()
            raise


class AsyncRedisCache:
    """The methods of RedisCache as coroutines, for any number of event loops."""

    def __init__(self, cache: RedisCache, route: Route, sender: AsyncSender) -> None:
        self._cache = cache
        self._route = route
        self._sender = sender

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {type(self._route).__name__.lower()}>"

    async def read(self, key: str, guards: Sequence[str]) -> Found:
        return await self._do(plans.read(key, guards, at_once=self._route.single))

    async def begin(self, key: str, found: Found, guards: Sequence[str]) -> Begun:
        begun = await self._do(plans.begin(key, found, guards, self._cache.limits))
        if begun.id and begun.state is not State.MISS:
            await self.abandon(key, begun, alone=False)
        return begun

    async def store(
        self,
        key: str,
        guards: Sequence[str],
        begun: Begun,
        payload: bytes,
        ttl: float,
        head: bytes = b"",
    ) -> bool:
        limits = self._cache.limits
        return await self._do(plans.store(key, guards, begun, payload, ttl, head, limits))

    async def abandon(self, key: str, begun: Begun, alone: bool) -> None:
        await self._do(plans.abandon(key, begun, alone))

    async def hold(self, hold: Hold) -> None:
        await self._do(plans.hold(hold, self._cache.limits))

    async def renew(self, hold: Hold) -> None:
        await self._do(plans.renew(hold, self._cache.limits))

    async def release(self, hold: Hold) -> None:
        await self._do(plans.release(hold, self._cache.limits))

    async def purge(self, guards: Sequence[str]) -> None:
        await self._do(plans.purge(guards, self._cache.limits))

    async def clear(self) -> None:
        await self._go(tours.clear(self._route))

    async def stats(self) -> Mapping[str, int | float | str]:
        """As Cache.stats; walks over all keys of the server."""
        return await self._go(tours.stats(self._route))

    async def ask(self, *command: str | int) -> dict[str, Any]:
        """As RedisCache.ask."""
        return await self._go(tours.ask(self._route, command))

    async def close(self) -> None:
        """Close the connections of the running event loop."""
        await self._sender.close()

    async def _do(self, op: Op[T]) -> T:
        try:
            return await self._go(plans.course(self._route, op))
        except Stale:
            return await self._go(plans.course(self._route, op), fresh=True)

    async def _go(self, course: Course[T], *, fresh: bool = False) -> T:
        try:
            batches = next(course)
            while True:
                try:
                    replies = await self._sender.exchange(batches, fresh)
                except CacheUnavailable as error:
                    batches = course.throw(error)
                else:
                    batches = course.send(replies)
        except StopIteration as end:
            return end.value  # type: ignore[no-any-return]
        except CacheUnavailable as error:
            if _has_moved(self._route, error):
                await self._sender.close()
            raise


def _has_moved(route: Route, error: CacheUnavailable) -> bool:
    """Tell a route that a call failed; tell whether idle connections lead to the wrong server."""
    refused = isinstance(error, Refused)
    replaced = isinstance(error, Refused) and error.replaced
    if replaced or not refused:
        route.failed()
    return replaced

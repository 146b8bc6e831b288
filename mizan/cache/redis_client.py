"""Round trips to Redis along a route, from threads and from event loops (SPEC.md, section 15).

Invariant: a failed call is tried once more only on a new connection, where an idle one was gone,
and never after a time-out; all else that fails is told as CacheUnavailable.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from mizan.cache.base import CacheUnavailable
from mizan.cache.breaker import Breaker
from mizan.cache.redis_plan import Op, course
from mizan.cache.redis_routes import Refused, Route
from mizan.cache.redis_send import AsyncSender, Dialler, Sender
from mizan.cache.redis_urls import place
from mizan.cache.redis_wire import Course, Stale

T = TypeVar("T")
TIMEOUT = 0.25
"""How long connecting, and each reading, may take, in seconds, unless one is told otherwise."""


class Client:
    """A client of one place. Thread-safe; forks and event loops have connections of their own.

    `url` says where it is (`redis_urls.py` has the forms); `options` go to redis-py's connections.
    `timeout` is that of connecting and of each reading, in seconds; with asyncio of a whole round
    trip. `on_recovered` are called after the first success that follows a failure. `what` it is a
    client of, for messages and for the logger `mizan.WHAT`. Raises ConfigurationError for a URL
    that cannot be read.
    """

    def __init__(
        self,
        url: str,
        options: Mapping[str, Any],
        *,
        timeout: float = TIMEOUT,
        clock: Callable[[], float] = time.monotonic,
        what: str = "cache",
    ) -> None:
        self.on_recovered: list[Callable[[], object]] = []
        found = place(url, options, what)
        self.route: Route = found.route
        self.dialler = Dialler(
            found, timeout, lambda name: Breaker(name, self.on_recovered, clock, what)
        )
        self.sender = Sender(self.dialler)
        self.aio = AsyncClient(self.route, AsyncSender(self.dialler))

    def do(self, op: Op[T]) -> T:
        """Do a step. Raises CacheUnavailable."""
        try:
            return self.go(course(self.route, op))
        except Stale:
            return self.go(course(self.route, op), fresh=True)

    def go(self, course: Course[T], *, fresh: bool = False) -> T:
        """Go a course to its end; `fresh`: on new connections. Raises CacheUnavailable."""
        try:
            batches = next(course)
            while True:
                try:
                    replies = self.sender.exchange(batches, fresh)
                except CacheUnavailable as error:
                    batches = course.throw(error)
                else:
                    batches = course.send(replies)
        except StopIteration as end:
            return end.value  # type: ignore[no-any-return]
        except CacheUnavailable as error:
            if _has_moved(self.route, error):
                self.sender.close()
            raise

    def close(self) -> None:
        """Close the idle connections of threads."""
        self.sender.close()


class AsyncClient:
    """The methods of Client as coroutines, for any number of event loops."""

    def __init__(self, route: Route, sender: AsyncSender) -> None:
        self._route = route
        self._sender = sender

    async def do(self, op: Op[T]) -> T:
        """As Client's."""
        try:
            return await self.go(course(self._route, op))
        except Stale:
            return await self.go(course(self._route, op), fresh=True)

    async def go(self, course: Course[T], *, fresh: bool = False) -> T:
        """As Client's."""
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

    async def close(self) -> None:
        """Close the idle connections of the running event loop."""
        await self._sender.close()


def _has_moved(route: Route, error: CacheUnavailable) -> bool:
    """Tell a route that a call failed; tell whether idle connections lead to the wrong server."""
    refused = isinstance(error, Refused)
    replaced = isinstance(error, Refused) and error.replaced
    if replaced or not refused:
        route.failed()
    return replaced

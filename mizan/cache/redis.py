"""The cache on Redis or Valkey: one server, Sentinel or Cluster (SPEC.md, section 15).

Invariant: what a step says and means is that of `redis_plan.py`; threads and event loops differ in
how they wait for it.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from mizan.cache import redis_plan as plans
from mizan.cache import redis_tour as tours
from mizan.cache.base import Begun, Found, Hold, Limits, State
from mizan.cache.redis_client import TIMEOUT, Client


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
        timeout: float = TIMEOUT,
        clock: Callable[[], float] = time.monotonic,
        **options: Any,
    ) -> None:
        self.limits = limits or Limits()
        self._client = Client(url, options, timeout=timeout, clock=clock)
        self.on_recovered = self._client.on_recovered
        self.aio = AsyncRedisCache(self._client, self.limits)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {type(self._client.route).__name__.lower()}>"

    def read(self, key: str, guards: Sequence[str]) -> Found:
        return self._client.do(plans.read(key, guards, at_once=self._client.route.single))

    def begin(self, key: str, found: Found, guards: Sequence[str]) -> Begun:
        begun = self._client.do(plans.begin(key, found, guards, self.limits))
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
        return self._client.do(plans.store(key, guards, begun, payload, ttl, head, self.limits))

    def abandon(self, key: str, begun: Begun, alone: bool) -> None:
        self._client.do(plans.abandon(key, begun, alone))

    def hold(self, hold: Hold) -> None:
        self._client.do(plans.hold(hold, self.limits))

    def renew(self, hold: Hold) -> None:
        self._client.do(plans.renew(hold, self.limits))

    def release(self, hold: Hold) -> None:
        self._client.do(plans.release(hold, self.limits))

    def purge(self, guards: Sequence[str]) -> None:
        self._client.do(plans.purge(guards, self.limits))

    def clear(self) -> None:
        self._client.go(tours.clear(self._client.route))

    def stats(self) -> Mapping[str, int | float | str]:
        """As Cache.stats; walks over all keys of the server."""
        return self._client.go(tours.stats(self._client.route))

    def ask(self, *command: str | int) -> dict[str, Any]:
        """Send one command to every server that holds keys; return the replies by its address."""
        return self._client.go(tours.ask(self._client.route, command))

    def close(self) -> None:
        self._client.close()


class AsyncRedisCache:
    """The methods of RedisCache as coroutines, for any number of event loops."""

    def __init__(self, client: Client, limits: Limits) -> None:
        self._client = client
        self._limits = limits

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {type(self._client.route).__name__.lower()}>"

    async def read(self, key: str, guards: Sequence[str]) -> Found:
        return await self._client.aio.do(plans.read(key, guards, at_once=self._client.route.single))

    async def begin(self, key: str, found: Found, guards: Sequence[str]) -> Begun:
        begun = await self._client.aio.do(plans.begin(key, found, guards, self._limits))
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
        op = plans.store(key, guards, begun, payload, ttl, head, self._limits)
        return await self._client.aio.do(op)

    async def abandon(self, key: str, begun: Begun, alone: bool) -> None:
        await self._client.aio.do(plans.abandon(key, begun, alone))

    async def hold(self, hold: Hold) -> None:
        await self._client.aio.do(plans.hold(hold, self._limits))

    async def renew(self, hold: Hold) -> None:
        await self._client.aio.do(plans.renew(hold, self._limits))

    async def release(self, hold: Hold) -> None:
        await self._client.aio.do(plans.release(hold, self._limits))

    async def purge(self, guards: Sequence[str]) -> None:
        await self._client.aio.do(plans.purge(guards, self._limits))

    async def clear(self) -> None:
        await self._client.aio.go(tours.clear(self._client.route))

    async def stats(self) -> Mapping[str, int | float | str]:
        """As Cache.stats; walks over all keys of the server."""
        return await self._client.aio.go(tours.stats(self._client.route))

    async def ask(self, *command: str | int) -> dict[str, Any]:
        """As RedisCache.ask."""
        return await self._client.aio.go(tours.ask(self._client.route, command))

    async def close(self) -> None:
        """Close the connections of the running event loop."""
        await self._client.aio.close()

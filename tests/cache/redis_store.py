"""Redis as a store that a test can push around (the hooks of `promise.stores.Store`)."""

from __future__ import annotations

import asyncio
from typing import cast

from promise.stores import LIMITS, Blocking
from servers import Cluster, Server

from mizan.cache.base import Cache, Hold, Limits
from mizan.cache.redis import RedisCache
from mizan.cache.redis_plan import claim_key, guard_key

TIMEOUT = 10.0  # seconds: the machine may be busy, and no test waits for it but those of time-outs


class RedisStore:
    """A RedisCache on running servers, with its methods or with its coroutines."""

    def __init__(
        self, servers: Server | Cluster, *, limits: Limits = LIMITS, coroutines: bool = False
    ) -> None:
        self._servers = servers
        self._cluster = servers if isinstance(servers, Cluster) else None
        self._nodes = servers.nodes if isinstance(servers, Cluster) else [servers]
        self._redis = RedisCache(servers.url, limits=limits, timeout=TIMEOUT)
        self._runner = asyncio.Runner() if coroutines else None
        blocking = self._runner and cast("Cache", Blocking(self._redis, self._runner))
        self.cache: Cache = blocking or self._redis

    def expire(self, hold: Hold) -> None:
        for node in self._nodes:
            node.expire(hold.id)

    def expire_claim(self, key: str) -> None:
        self._drop(claim_key(key))

    def evict(self, key: str) -> None:
        self._drop(key)

    def evict_guard(self, guard: str) -> None:
        self._drop(guard_key(guard))

    def flush(self) -> None:
        for node in self._nodes:
            node.flush()

    def restart(self) -> None:
        self._servers.restart()

    def close(self) -> None:
        if self._runner is not None:
            self._runner.run(self._redis.aio.close())
            self._runner.close()
        self._redis.close()

    def _drop(self, key: str) -> None:
        node = self._cluster.owner(key) if self._cluster else self._nodes[0]
        node.client.delete(key)

"""The stores of the cache, as schedules push them around: a state, and clocks that stand still."""

from __future__ import annotations

from typing import Any, Protocol

from mizan.cache.base import STAMP_BYTES, Cache, Limits
from mizan.cache.memory import MemoryCache
from mizan.cache.redis import RedisCache
from mizan.cache.redis_plan import claim_key, guard_key

LIMITS = Limits(hold=3600, compute=3600)
_DIGITS = 15  # of a deadline


class Store(Protocol):
    """A cache and what can happen to its store."""

    cache: Cache

    def reset(self) -> None:
        """Empty it."""

    def expire(self, hold: bytes) -> None:
        """Let the deadlines of a hold pass."""

    def unclaim(self, key: str) -> None:
        """Let a claim pass."""

    def evict(self, guard: str) -> None:
        """Drop a guard that nobody holds."""

    def dump(self) -> tuple[Any, ...]:
        """Return all that is in it; stamps and ids are bytes, payloads are `Payload`."""

    def close(self) -> None:
        """End it."""


class Payload(bytes):
    """What an entry holds."""


def split(stamps: bytes) -> tuple[bytes, ...]:
    """Return joined stamps apart."""
    return tuple(stamps[at : at + STAMP_BYTES] for at in range(0, len(stamps), STAMP_BYTES))


class Memory:
    """A MemoryCache whose clock stands still."""

    cache: MemoryCache

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        self.cache = MemoryCache(limits=LIMITS, clock=lambda: 1.0)

    def expire(self, hold: bytes) -> None:
        for holds in self.cache._held.values():
            if hold in holds:
                holds[hold] = 0.0

    def unclaim(self, key: str) -> None:
        self.cache._claims.pop(key, None)

    def evict(self, guard: str) -> None:
        self.cache._stamps.pop(guard, None)

    def dump(self) -> tuple[Any, ...]:
        cache = self.cache
        entries = cache._entries.items()
        return (
            tuple(sorted((k, (Payload(e.found.payload), e.stamps)) for k, e in entries)),
            tuple(sorted(cache._stamps.items())),
            tuple(sorted((guard, tuple(holds.items())) for guard, holds in cache._held.items())),
            tuple(sorted((key, (claim.id,)) for key, claim in cache._claims.items())),
        )

    def close(self) -> None:
        """Nothing is open."""


class Redis:
    """A RedisCache on a server of its own, and a client that looks inside."""

    def __init__(self, server: Any) -> None:
        self.cache: Cache = RedisCache(server.url, limits=LIMITS, timeout=20.0)
        self._server = server

    def reset(self) -> None:
        self._server.client.flushall()

    def expire(self, hold: bytes) -> None:
        self._server.expire(hold)

    def unclaim(self, key: str) -> None:
        self._server.client.delete(claim_key(key))

    def evict(self, guard: str) -> None:
        self._server.client.delete(guard_key(guard))

    def dump(self) -> tuple[Any, ...]:
        keys = sorted(self._server.client.keys())
        values = self._server.client.mget(keys) if keys else []
        return tuple(
            (key.decode(), _parsed(key, value)) for key, value in zip(keys, values, strict=True)
        )

    def close(self) -> None:
        self.cache.close()


def _parsed(key: bytes, value: bytes) -> tuple[Any, ...]:
    if key.startswith(b"mizan:1:e:"):
        end = 1 + STAMP_BYTES * value[0]
        return split(value[1:end]), Payload(value[end + 1 + value[end] :])
    if not key.startswith(b"mizan:1:g:"):
        return (value,)
    at = range(STAMP_BYTES, len(value), STAMP_BYTES + _DIGITS)
    holds = ((value[i : i + STAMP_BYTES], value[i + STAMP_BYTES] == ord("0")) for i in at)
    return value[:STAMP_BYTES], *holds

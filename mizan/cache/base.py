"""What a backend of the origin cache does, whichever store it has (SPEC.md, section 15).

A *guard* is a stamp, which is random, and the live holds on it, each with its deadline by the
store's own clock. An entry stores the stamps of its guards as they were before its computation
began, and is good only while they all stand and none is held. So a purge replaces stamps, whatever
the number of entries that die by it.

Invariant: each step touches each of its keys by itself; nothing here needs two keys at one moment.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Protocol

STAMP_BYTES = 16
"""The length of a stamp, a hold's id and a computation's id: random bytes."""


class CacheUnavailable(Exception):  # noqa: N818 (a state: the cache cannot be reached)
    """The store did not do what it was asked for, or nobody knows whether it did."""


class State(Enum):
    """What a reader may do."""

    HIT = "hit"
    """Use the entry."""
    MISS = "miss"
    """Compute, and store it: no guard is held, and nobody else computes it."""
    HELD = "held"
    """Compute without storing: a mutation is about to commit."""
    BUSY = "busy"
    """Wait for another worker that computes it, or just has, or compute without storing."""
    ALONE = "alone"
    """Compute without storing and without waiting: what was computed last could not be stored."""


@dataclass(frozen=True, slots=True)
class Found:
    """What a read found: HIT with what was stored; else MISS (ask `begin`).

    `stamps` are those of the guards as far as they were read plain, None where one is missing or
    may be held.
    """

    state: State
    payload: bytes = b""
    stamps: tuple[bytes | None, ...] = ()
    head: bytes = b""


@dataclass(frozen=True, slots=True)
class Begun:
    """What a reader may do after a miss. With MISS: `stamps`, joined, and the computation's `id`
    are what `store` takes."""

    state: State
    stamps: bytes = b""
    id: bytes = b""


@dataclass(frozen=True, slots=True)
class Hold:
    """Guards that a mutation holds until it is known to have committed or not."""

    guards: tuple[str, ...]
    id: bytes = field(default_factory=lambda: secrets.token_bytes(STAMP_BYTES))


@dataclass(frozen=True, slots=True)
class Limits:
    """The times of a cache, in seconds."""

    ttl: float = 86_400.0
    """The longest that an entry lives, and the least that a guard does."""
    hold: float = 30.0
    """The longest that a hold lives: longer than any transaction's end takes."""
    compute: float = 10.0
    """The longest that others take a worker to be computing an entry."""
    lag: float = 0.0
    """How long a released hold lives on: the longest that a replica lags behind."""


class Cache(Protocol):
    """A backend. Entries' keys and guards' tags are ASCII; payloads are bytes, and so are their
    heads: up to 255 bytes about a payload, so that it goes out as it is, uncopied.

    Every method may raise CacheUnavailable, but close. All may be called from any thread.
    """

    limits: Limits
    aio: AsyncCache
    """The same methods as coroutines."""

    def read(self, key: str, guards: Sequence[str]) -> Found:
        """Return an entry if its guards' stamps all stand and none is held; one round trip."""

    def begin(self, key: str, found: Found, guards: Sequence[str]) -> Begun:
        """Claim the computation of an entry after a miss; one round trip.

        Sets missing stamps afresh, drops holds that have expired.
        """

    def store(
        self,
        key: str,
        guards: Sequence[str],
        begun: Begun,
        payload: bytes,
        ttl: float,
        head: bytes = b"",
    ) -> bool:
        """Store what was computed, with the stamps from before, for `ttl` seconds at most; give the
        claim back and keep the guards alive as long; one round trip.

        Returns whether those stamps still stood then: else a mutation overlapped the computation,
        and the entry is dead.
        """

    def abandon(self, key: str, begun: Begun, alone: bool) -> None:
        """Give a claim back without storing; `alone`: others should not wait for one for a while,
        as what is computed cannot be stored."""

    def hold(self, hold: Hold) -> None:
        """Renew the stamps of guards and hold them, for `limits.hold` seconds; one round trip.
        Doing it twice is doing it once."""

    def renew(self, hold: Hold) -> None:
        """After the commit: renew the stamps, then release once `limits.lag` is over; one round
        trip."""

    def release(self, hold: Hold) -> None:
        """After a certain roll-back: release without a purge."""

    def purge(self, guards: Sequence[str]) -> None:
        """Renew the stamps of guards; one round trip, whatever the number of entries."""

    def clear(self) -> None:
        """Forget every entry, claim and guard of Mizan's in the store, but those that are held."""

    def stats(self) -> Mapping[str, int | float | str]:
        """Return what the store says of itself: `entries`, `guards`, `bytes`, as far as known."""

    def close(self) -> None:
        """Close connections."""


class AsyncCache(Protocol):
    """The methods of Cache, as coroutines."""

    async def read(self, key: str, guards: Sequence[str]) -> Found: ...

    async def begin(self, key: str, found: Found, guards: Sequence[str]) -> Begun: ...

    async def store(
        self,
        key: str,
        guards: Sequence[str],
        begun: Begun,
        payload: bytes,
        ttl: float,
        head: bytes = b"",
    ) -> bool: ...

    async def abandon(self, key: str, begun: Begun, alone: bool) -> None: ...

    async def hold(self, hold: Hold) -> None: ...

    async def renew(self, hold: Hold) -> None: ...

    async def release(self, hold: Hold) -> None: ...

    async def purge(self, guards: Sequence[str]) -> None: ...

    async def clear(self) -> None: ...

    async def stats(self) -> Mapping[str, int | float | str]: ...

    async def close(self) -> None: ...

"""The origin cache within one process (SPEC.md, section 15).

Invariant: a guard has a stamp only while nobody holds it, and a stamp that was taken away never
comes back; so an entry whose stamps are not those of its guards is dead for good.
"""

from __future__ import annotations

import secrets
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from itertools import chain
from typing import NamedTuple

from mizan.cache.base import STAMP_BYTES, AsyncCache, Begun, Found, Hold, Limits, State

ENTRY_BYTES = 400
"""What an entry takes beside its payload, its key and its stamps."""
STAMP_COST = 200
"""What one stamp of an entry takes, in the entry and in the table of guards."""

_ALONE_SECONDS = 1.0  # how long nobody waits for another, after an entry could not be stored
_ALONE_ID = b"-"  # in a claim: no computation's id is that short
_LEAST_SWEEP = 1024  # below so many guards and claims nobody looks for the dead ones
_HELD = Begun(State.HELD)
_BUSY = Begun(State.BUSY)
_ALONE = Begun(State.ALONE)


class _Entry:
    __slots__ = ("expires", "found", "size", "stamps")

    def __init__(
        self, found: Found, stamps: tuple[bytes | None, ...], expires: float, size: int
    ) -> None:
        self.found = found  # made once, for every hit
        self.stamps = stamps
        self.expires = expires
        self.size = size


class _Claim(NamedTuple):
    id: bytes
    deadline: float
    stamps: tuple[bytes, ...]


class MemoryCache:
    """A cache of one process and all its threads: entries least recently used make room.

    `max_entries` bounds their number, `max_bytes` what they take with their guards (an estimate).
    The number of guards is bounded by what entries, computations and holds name. `clock` returns
    seconds and never goes back. Other processes see none of it.
    """

    def __init__(
        self,
        *,
        limits: Limits = Limits(),  # noqa: B008 (frozen)
        max_entries: int = 10_000,
        max_bytes: int = 64 * 1024 * 1024,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.limits = limits
        self.aio: AsyncCache = _Coroutines(self)
        self._max_entries = max_entries
        self._max_bytes = max_bytes
        self._clock = clock
        self._lock = threading.Lock()
        self._entries: OrderedDict[str, _Entry] = OrderedDict()
        self._stamps: dict[str, bytes] = {}
        self._held: dict[str, dict[bytes, float]] = {}  # guard -> hold's id -> deadline
        self._claims: dict[str, _Claim] = {}
        self._bytes = 0
        self._evicted = 0
        self._sweep_at = _LEAST_SWEEP

    def read(self, key: str, guards: Sequence[str]) -> Found:
        """Return an entry if its guards' stamps all stand and none is held (see `Cache`)."""
        with self._lock:
            stamps = tuple(map(self._stamps.get, guards))
            entry = self._entries.get(key)
            if entry is not None:
                if entry.stamps == stamps and entry.expires > self._clock():
                    self._entries.move_to_end(key)
                    return entry.found
                self._drop(key)
        return Found(State.MISS, b"", stamps)

    def begin(self, key: str, found: Found, guards: Sequence[str]) -> Begun:
        """Claim the computation of an entry after a miss (see `Cache`).

        An entry that was stored since the miss makes it BUSY: the next read finds it.
        """
        del found  # a look at the guards is cheap here, and sees what was held since
        with self._lock:
            now = self._clock()
            if any(self._is_held(guard, now) for guard in guards):
                return _HELD
            if self._has(key, guards, now):
                return _BUSY
            claim = self._claims.get(key)
            if claim is not None and claim.deadline > now:
                return _ALONE if claim.id == _ALONE_ID else _BUSY
            stamps = tuple(map(self._stamp, guards))
            mine = _Claim(secrets.token_bytes(STAMP_BYTES), now + self.limits.compute, stamps)
            self._claims[key] = mine
            self._sweep(now)
        return Begun(State.MISS, b"".join(stamps), mine.id)

    def store(
        self,
        key: str,
        guards: Sequence[str],
        begun: Begun,
        payload: bytes,
        ttl: float,
        head: bytes = b"",
    ) -> bool:
        """Store what was computed and give the claim back (see `Cache`).

        Returns whether the stamps still stand: what is outdated is not stored, and neither is what
        is larger than the cache.
        """
        size = ENTRY_BYTES + len(key) + len(head) + len(payload) + STAMP_COST * len(guards)
        life = min(ttl, self.limits.ttl)
        with self._lock:
            now = self._clock()
            self._give_back(key, begun.id, now)
            stamps = tuple(map(self._stamps.get, guards))
            if b"".join(filter(None, stamps)) != begun.stamps or None in stamps:
                return False
            if life <= 0 or size > self._max_bytes:
                return True
            self._drop(key)
            self._entries[key] = _Entry(
                Found(State.HIT, payload, stamps, head), stamps, now + life, size
            )
            self._bytes += size
            while len(self._entries) > self._max_entries or self._bytes > self._max_bytes:
                self._drop(next(iter(self._entries)))
                self._evicted += 1
        return True

    def abandon(self, key: str, begun: Begun, alone: bool) -> None:
        """Give a claim back without storing (see `Cache`)."""
        with self._lock:
            now = self._clock()
            if self._give_back(key, begun.id, now) and alone:
                self._claims[key] = _Claim(_ALONE_ID, now + _ALONE_SECONDS, ())

    def hold(self, hold: Hold) -> None:
        """Renew the stamps of guards and hold them, for `limits.hold` seconds (see `Cache`)."""
        with self._lock:
            now = self._clock()
            self._set_holds(hold, now, self.limits.hold)
            self._sweep(now)

    def renew(self, hold: Hold) -> None:
        """Renew the stamps, then release once `limits.lag` is over (see `Cache`)."""
        with self._lock:
            now = self._clock()
            if self.limits.lag > 0:
                self._set_holds(hold, now, self.limits.lag)
            else:
                self._drop_holds(hold, now)
                self._drop_stamps(hold.guards)

    def release(self, hold: Hold) -> None:
        """Release without a purge (see `Cache`)."""
        with self._lock:
            self._drop_holds(hold, self._clock())

    def purge(self, guards: Sequence[str]) -> None:
        """Renew the stamps of guards (see `Cache`): the next computation sets new ones."""
        with self._lock:
            self._drop_stamps(guards)

    def clear(self) -> None:
        """Forget every entry, claim and guard, but who holds one: a commit is about to happen."""
        with self._lock:
            self._entries.clear()
            self._stamps.clear()
            self._claims.clear()
            self._bytes = 0

    def stats(self) -> Mapping[str, int | float | str]:
        """Return the numbers of `entries`, `guards`, `held` guards and `evicted` entries, and
        about how many `bytes` the entries take."""
        with self._lock:
            return {
                "entries": len(self._entries),
                "guards": len(self._stamps) + len(self._held),
                "held": len(self._held),
                "bytes": self._bytes,
                "evicted": self._evicted,
            }

    def close(self) -> None:
        """Do nothing: there is no connection."""

    # What follows is called with the lock taken.

    def _stamp(self, guard: str) -> bytes:
        stamp = self._stamps.get(guard)
        if stamp is None:
            stamp = self._stamps[guard] = secrets.token_bytes(STAMP_BYTES)
        return stamp

    def _has(self, key: str, guards: Sequence[str], now: float) -> bool:
        entry = self._entries.get(key)
        if entry is None or entry.expires <= now:
            return False
        return entry.stamps == tuple(map(self._stamps.get, guards))

    def _drop(self, key: str) -> None:
        entry = self._entries.pop(key, None)
        if entry is not None:
            self._bytes -= entry.size

    def _drop_stamps(self, guards: Sequence[str]) -> None:
        for guard in guards:
            self._stamps.pop(guard, None)

    def _is_held(self, guard: str, now: float) -> bool:
        """Tell whether a guard is held, without the holds that have expired."""
        holds = self._held.get(guard)
        if holds is None:
            return False
        for one in [one for one, deadline in holds.items() if deadline <= now]:
            del holds[one]
        if not holds:
            del self._held[guard]
        return bool(holds)

    def _set_holds(self, hold: Hold, now: float, seconds: float) -> None:
        self._drop_stamps(hold.guards)
        for guard in hold.guards:
            self._is_held(guard, now)
            self._held.setdefault(guard, {})[hold.id] = now + seconds

    def _drop_holds(self, hold: Hold, now: float) -> None:
        for guard in hold.guards:
            self._held.get(guard, {}).pop(hold.id, None)
            self._is_held(guard, now)

    def _give_back(self, key: str, id_: bytes, now: float) -> bool:
        """Drop a claim if it is still that computation's."""
        claim = self._claims.get(key)
        if claim is None or claim.id != id_:
            return False
        del self._claims[key]
        return claim.deadline > now

    def _sweep(self, now: float) -> None:
        """Drop what nothing names any more, each time its number has doubled."""
        if len(self._stamps) + len(self._claims) + len(self._held) <= self._sweep_at:
            return
        self._claims = {key: claim for key, claim in self._claims.items() if claim.deadline > now}
        for guard in list(self._held):
            self._is_held(guard, now)
        entries = chain.from_iterable(entry.stamps for entry in self._entries.values())
        claims = chain.from_iterable(claim.stamps for claim in self._claims.values())
        live = {*entries, *claims}
        self._stamps = {guard: stamp for guard, stamp in self._stamps.items() if stamp in live}
        count = len(self._stamps) + len(self._claims) + len(self._held)
        self._sweep_at = max(_LEAST_SWEEP, 2 * count)


class _Coroutines:
    """The methods of a MemoryCache as coroutines: nothing in them waits."""

    def __init__(self, cache: MemoryCache) -> None:
        self._cache = cache

    async def read(self, key: str, guards: Sequence[str]) -> Found:
        return self._cache.read(key, guards)

    async def begin(self, key: str, found: Found, guards: Sequence[str]) -> Begun:
        return self._cache.begin(key, found, guards)

    async def store(
        self,
        key: str,
        guards: Sequence[str],
        begun: Begun,
        payload: bytes,
        ttl: float,
        head: bytes = b"",
    ) -> bool:
        return self._cache.store(key, guards, begun, payload, ttl, head)

    async def abandon(self, key: str, begun: Begun, alone: bool) -> None:
        self._cache.abandon(key, begun, alone)

    async def hold(self, hold: Hold) -> None:
        self._cache.hold(hold)

    async def renew(self, hold: Hold) -> None:
        self._cache.renew(hold)

    async def release(self, hold: Hold) -> None:
        self._cache.release(hold)

    async def purge(self, guards: Sequence[str]) -> None:
        self._cache.purge(guards)

    async def clear(self) -> None:
        self._cache.clear()

    async def stats(self) -> Mapping[str, int | float | str]:
        return self._cache.stats()

    async def close(self) -> None:
        self._cache.close()

"""Caches with a fault each: the proofs have to find it, or they would prove nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from mizan.cache import redis_plan
from mizan.cache.base import STAMP_BYTES, Begun, Found, Hold, State
from mizan.cache.redis import RedisCache


class NoHold(RedisCache):
    """Purges after the commit and holds nothing before it."""

    def hold(self, hold: Hold) -> None:
        pass


class EarlyPurge(RedisCache):
    """Purges before the commit, and not after it."""

    def hold(self, hold: Hold) -> None:
        self.purge(hold.guards)

    def renew(self, hold: Hold) -> None:
        pass


class NoStampCheck(RedisCache):
    """Takes any entry for good."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        redis_plan.found = _careless


def _careless(values: Sequence[bytes | None]) -> Found:
    entry, *guards = values
    if entry is None:
        plain = (each if each and len(each) == STAMP_BYTES else None for each in guards)
        return Found(State.MISS, b"", tuple(plain))
    return redis_plan.hit(entry, guards)


class NoClaim(RedisCache):
    """Lets everybody compute."""

    def begin(self, key: str, found: Found, guards: Sequence[str]) -> Begun:
        begun = super().begin(key, found, guards)
        return replace(begun, state=State.MISS) if begun.state is State.BUSY else begun


FAULTS = {
    "no-hold": "faults.NoHold",
    "early-purge": "faults.EarlyPurge",
    "no-stamp-check": "faults.NoStampCheck",
    "no-claim": "faults.NoClaim",
}

"""What a read does with the origin cache (SPEC.md, section 15).

Invariant: what is stored carries the stamps that its guards had before it was computed; a failure
of the cache costs a computation and nothing else.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mizan.cache.base import Begun, Cache, CacheUnavailable, Found, State
from mizan.server.effects import Ask, Steps, Wait

if TYPE_CHECKING:
    from mizan.server.catalog import Catalog
    from mizan.server.slots import Slot

# Seconds. Holds are short, so a reader that waits for one to go mostly need not bypass.
_HELD_WAIT = 0.02
_FIRST_PAUSE = 0.001
_LONGEST_PAUSE = 0.05


@dataclass(slots=True)
class Look:
    """What a look into the cache said. `found`: the entry where the state is HIT; `begun`: what
    `keep` needs where it is MISS; `state` None: the cache is unavailable."""

    state: State | None
    found: Found | None = None
    begun: Begun | None = None


def look(catalog: Catalog, cache: Cache, slot: Slot) -> Steps[Look]:
    """Look for an entry; after a miss claim its computation, or wait for the worker that has."""
    waited, pause = 0.0, _FIRST_PAUSE
    try:
        while True:
            found: Found = yield Ask(cache, "read", (slot.key, slot.guards))
            if found.state is State.HIT:
                return Look(State.HIT, found)
            begun: Begun = yield Ask(cache, "begin", (slot.key, found, slot.guards))
            if begun.state in (State.MISS, State.ALONE):
                return Look(begun.state, begun=begun)
            if waited >= (_HELD_WAIT if begun.state is State.HELD else catalog.host.wait):
                return Look(begun.state)
            if not waited:
                catalog.host.count("wait")
            yield Wait(pause)
            waited += pause
            pause = min(2 * pause, _LONGEST_PAUSE)
    except CacheUnavailable:
        catalog.host.count("error")
        return Look(None)


def keep(
    cache: Cache, slot: Slot, begun: Begun, body: bytes, ttl: float, head: bytes
) -> Steps[bool | None]:
    """Store what was computed. Returns whether its guards' stamps still stood then; None where the
    cache is unavailable."""
    try:
        stands: bool = yield Ask(cache, "store", (slot.key, slot.guards, begun, body, ttl, head))
    except CacheUnavailable:
        return None
    return stands


def give_up(cache: Cache, slot: Slot, begun: Begun, *, alone: bool) -> Steps[None]:
    """Let others compute the entry; `alone`: each for itself, as it cannot be stored."""
    try:
        yield Ask(cache, "abandon", (slot.key, begun, alone))
    except CacheUnavailable:
        return


def head_of(etag: str, *, varied: bool) -> bytes:
    """Return the head of an entry: whether it varies by declared facets, and its ETag."""
    return b"%d%b" % (varied, etag.encode("ascii"))


def read_head(head: bytes) -> tuple[str, bool]:
    """Return (ETag, whether it varies by declared facets) of an entry's head."""
    return head[1:].decode("ascii"), head[:1] == b"1"

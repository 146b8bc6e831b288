"""What each step of the cache says to Redis and what it makes of the answer (SPEC.md, section 15).

Keys: an entry's is the derived key ``mizan:1:e:...``, a guard's ``mizan:1:g:TAG``, and that of the
claim to compute an entry is the entry's with ``c`` for ``e``. An entry is the number of its guards
(one byte), their stamps from before its computation, the length of its head (one byte), the head,
and the payload.

Invariant: a plan is made anew for each attempt, so that no stamp is ever sent twice.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from typing import Generic, NamedTuple, TypeVar

from mizan.cache.base import STAMP_BYTES, Begun, Found, Hold, Limits, State
from mizan.cache.redis_routes import Route
from mizan.cache.redis_scripts import OPEN, STAMP, YIELD
from mizan.cache.redis_wire import Command, Course, Plan, Replies

T = TypeVar("T")

PREFIX = "mizan:1:"
ALONE = b"-"
ALONE_MS = 1000
"""How long nobody waits for a computation, after one that could not be stored."""


class Op(NamedTuple, Generic[T]):
    """One round trip: what to send, and what the replies mean."""

    plan: Plan
    parse: Callable[[Replies], T]


def guard_key(tag: str) -> str:
    """Return where a guard is."""
    return f"mizan:1:g:{tag}"


def claim_key(key: str) -> str:
    """Return where the claim to compute an entry is."""
    return f"mizan:1:c:{key.removeprefix('mizan:1:e:')}"


def ms(seconds: float) -> int:
    """Return whole milliseconds, at least one, since Redis refuses 0."""
    return max(1, round(seconds * 1000))


def guard_ms(limits: Limits) -> int:
    """Return how long a guard lives that nobody touches: longer than any entry or hold."""
    return ms(limits.ttl + limits.hold + limits.lag)


def hit(entry: bytes, stamps: Sequence[bytes | None]) -> Found:
    """Return what an entry holds, for guards with these stamps."""
    size = 1 + STAMP_BYTES * len(stamps)
    start = size + 1 + entry[size]
    return Found(State.HIT, entry[start:], tuple(stamps), entry[size + 1 : start])


def found(values: Sequence[bytes | None]) -> Found:
    """Return what a read found, of the entry and its guards as they are stored."""
    entry, *guards = values
    if entry is not None and None not in guards:
        size = 1 + STAMP_BYTES * len(guards)
        # A held guard is longer than its stamp, so that all guards together match no entry.
        head = b"%c%b" % (len(guards), b"".join(guards))  # type: ignore[arg-type]
        if entry[:size] == head and len(entry) > size:
            return hit(entry, guards)
    plain = (g if g is not None and len(g) == STAMP_BYTES else None for g in guards)
    return Found(State.MISS, b"", tuple(plain))


def read(key: str, guards: Sequence[str], *, at_once: bool) -> Op[Found]:
    """Plan a read: `at_once` by one command, else by one for each key, as Cluster needs."""
    keys = (key, *map(guard_key, guards))
    if at_once:
        return Op(lambda: [(b"MGET", *keys)], lambda replies: found(replies[0]))
    return Op(lambda: [(b"GET", each) for each in keys], found)


def begin(key: str, was: Found, guards: Sequence[str], limits: Limits) -> Op[Begun]:
    """Plan the claim of a computation.

    BUSY where an entry was stored since the miss: the next read finds it. HELD or BUSY with an id:
    it was claimed all the same.
    """
    stamps = was.stamps if len(was.stamps) == len(guards) else (None,) * len(guards)
    claim, mine = claim_key(key), secrets.token_bytes(STAMP_BYTES)
    opened = [guard for guard, stamp in zip(guards, stamps, strict=True) if stamp is None]

    def plan() -> list[Command]:
        return [
            *(OPEN(guard_key(tag), _new_stamp(), guard_ms(limits)) for tag in opened),
            (b"SET", claim, mine, b"NX", b"PX", ms(limits.compute)),
            (b"GET", claim),
            (b"GETRANGE", key, 0, STAMP_BYTES * len(guards)),
        ]

    def parse(replies: Replies) -> Begun:
        fresh = iter(replies)
        now = [stamp or next(fresh) for stamp in stamps]
        owner, head = replies[-2:]
        if None in now:
            return Begun(State.HELD, id=mine if owner == mine else b"")
        if owner == mine:
            joined = b"".join(now)
            if head == b"%c%b" % (len(guards), joined):
                return Begun(State.BUSY, id=mine)
            return Begun(State.MISS, joined, mine)
        return Begun(State.ALONE if owner == ALONE else State.BUSY)

    return Op(plan, parse)


def store(
    key: str,
    guards: Sequence[str],
    begun: Begun,
    payload: bytes,
    ttl: float,
    head: bytes,
    limits: Limits,
) -> Op[bool]:
    """Plan the storing of an entry."""
    keys = [guard_key(tag) for tag in guards]
    entry = b"%c%b%c%b%b" % (len(guards), begun.stamps, len(head), head, payload)
    commands: list[Command] = [
        (b"SET", key, entry, b"PX", ms(min(ttl, limits.ttl))),
        *((b"PEXPIRE", each, guard_ms(limits)) for each in keys),
        *((b"GET", each) for each in keys),
        YIELD(claim_key(key), begun.id, 0),
    ]

    def parse(replies: Replies) -> bool:
        now = replies[1 + len(keys) : -1]
        return None not in now and b"".join(now) == begun.stamps

    return Op(lambda: commands, parse)


def abandon(key: str, begun: Begun, alone: bool) -> Op[None]:
    """Plan to give a claim back."""
    return _told([YIELD(claim_key(key), begun.id, ALONE_MS if alone else 0)])


def hold(hold: Hold, limits: Limits) -> Op[None]:
    """Plan to renew stamps and hold their guards."""
    return _stamped(hold.guards, limits, hold.id, ms(limits.hold))


def renew(hold: Hold, limits: Limits) -> Op[None]:
    """Plan to renew stamps and release their guards, at once or once replicas have caught up."""
    return _stamped(hold.guards, limits, hold.id, ms(limits.lag) if limits.lag else 0)


def purge(guards: Sequence[str], limits: Limits) -> Op[None]:
    """Plan to renew stamps. Who holds their guards goes on holding them."""
    return _stamped(guards, limits, b"", 0)


def release(hold: Hold, limits: Limits) -> Op[None]:
    """Plan to release guards and let their stamps be."""
    life = guard_ms(limits)
    return _told([STAMP(guard_key(tag), b"", life, hold.id, 0) for tag in hold.guards])


def _stamped(guards: Sequence[str], limits: Limits, owner: bytes, held: int) -> Op[None]:
    life = guard_ms(limits)
    return Op(
        lambda: [STAMP(guard_key(tag), _new_stamp(), life, owner, held) for tag in guards],
        _nothing,
    )


def _told(commands: list[Command]) -> Op[None]:
    return Op(lambda: commands, _nothing)


def _nothing(_replies: Replies) -> None:
    return None


def _new_stamp() -> bytes:
    return secrets.token_bytes(STAMP_BYTES)


def course(route: Route, op: Op[T]) -> Course[T]:
    """Return one attempt at a step. What has nothing to say exchanges nothing."""
    commands = op.plan()
    return op.parse((yield from route.course(commands)) if commands else [])

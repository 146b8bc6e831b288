"""What one subscriber has yet to be told (SPEC.md, section 17.3).

Invariant: what waits is one canonical set of at most MOST targets, however slowly it is taken.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from typing import NamedTuple

from mizan.protocol.targets import EVERYTHING, Target, uncovered

MOST = 64
"""How many targets may wait; more become `*`."""


class Invalidate(NamedTuple):
    """What became stale, up to position `id`: a canonical set. `spread`: milliseconds over which
    its receiver should spread what it reads anew; `call`: the nonce of the call that did it."""

    id: str
    targets: tuple[Target, ...]
    spread: int = 0
    call: str = ""


class Beat(NamedTuple):
    """Nothing became stale, up to position `id`."""

    id: str


class End(NamedTuple):
    """Nothing more will be told, and why."""

    reason: str


Event = Invalidate | Beat | End


class Subscription:
    """One subscriber: a hub tells it, in its event loop, and one task takes what waits.

    `position` returns the position that the hub is at.
    """

    __slots__ = ("_beat", "_call", "_end", "_pending", "_position", "_spread", "_waiter")

    def __init__(self, position: Callable[[], str]) -> None:
        self._position = position
        self._pending: dict[str, Target] = {}
        self._spread = 0
        self._call = ""
        self._beat = False
        self._end: str | None = None
        self._waiter: asyncio.Future[None] | None = None

    @property
    def waits(self) -> bool:
        """Whether its task has taken everything and waits for more."""
        return self._waiter is not None

    def tell(
        self, targets: Iterable[tuple[str, Target]], *, spread: int = 0, call: str = ""
    ) -> None:
        """Add targets with their serialised texts to what waits."""
        # Of two calls neither is the one that made all of it stale.
        self._call = call if not self._pending or self._call == call else ""
        self._spread = max(self._spread, spread)
        self._pending.update(targets)
        if len(self._pending) > MOST:
            self._pending = {text: self._pending[text] for text in uncovered(self._pending)}
        if len(self._pending) > MOST:
            self._pending = {"*": EVERYTHING}
        self._wake()

    def beat(self) -> None:
        """Have its task say that nothing became stale, unless something did."""
        self._beat = True
        self._wake()

    def end(self, reason: str) -> None:
        """Have its task end; what it was not told then is replayed by its position."""
        self._end = self._end or reason
        self._wake()

    async def next(self) -> Event:
        """Return what waits, as soon as something does."""
        while True:
            event = self._take()
            if event is not None:
                return event
            self._waiter = asyncio.get_running_loop().create_future()
            try:
                await self._waiter
            finally:
                self._waiter = None

    def _take(self) -> Event | None:
        if self._end is not None:
            return End(self._end)
        if self._pending:
            targets = tuple([self._pending[text] for text in uncovered(self._pending)])
            event = Invalidate(self._position(), targets, self._spread, self._call)
            self._pending, self._spread, self._call, self._beat = {}, 0, "", False
            return event
        if self._beat:
            self._beat = False
            return Beat(self._position())
        return None

    def _wake(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)

"""What one process knows of events, and whom it tells (SPEC.md, section 17.3).

Invariant: a subscriber is told of every message after its position that it may know of, or of `*`;
between replay and registration nothing is awaited.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Collection, Iterable, Iterator
from contextlib import aclosing
from itertools import islice

from mizan.events.base import REPLAY, Broker, BrokerUnavailable, CaughtUp, Gap, Message
from mizan.events.index import Found, Index
from mizan.events.subscription import Subscription
from mizan.protocol.events import Held
from mizan.protocol.targets import EVERYTHING

SPREAD_MS, LONGEST_SPREAD_MS = 2, 10_000
"""How long one receiver more makes others spread what they read anew, and how long at most."""
_EVERYTHING = (("*", EVERYTHING),)


class Hub:
    """Follows a broker for one event loop, in which all of it is called.

    `position` is that of the last message that was told, None until there is one; it may be read
    from any thread.
    """

    def __init__(self, broker: Broker, *, replay: int = REPLAY) -> None:
        self.position: str | None = None
        self._broker = broker
        self._ring: deque[Message] = deque(maxlen=replay)
        self._places: dict[str, int] = {}  # id -> how many messages came up to it
        self._count = 0
        self._index: Index[Subscription] = Index()
        self._caught_up = asyncio.Event()
        self._is_live = False

    @property
    def subscriptions(self) -> Collection[Subscription]:
        """All subscriptions, in the order in which they came."""
        return self._index.subscriptions

    async def run(self) -> None:
        """Follow the broker until this is cancelled."""
        async with aclosing(self._broker.follow()) as items:
            async for item in items:
                if isinstance(item, Message):
                    self._keep(item)
                    if self._is_live:
                        self._tell(item)
                elif isinstance(item, Gap):
                    self._begin(item.id)
                else:
                    self._go_live(item)

    async def ready(self) -> None:
        """Wait until there is a position."""
        await self._caught_up.wait()

    def subscribe(self, held: Iterable[Held], last: str | None = None) -> Subscription:
        """Return a new subscription, which is told first of what came after position `last`, where
        that is given; of `*` where it is not known. Raises BrokerUnavailable without a position.
        """
        if self.position is None:
            raise BrokerUnavailable("Nothing is known of the broker's messages yet.")
        held = tuple(held)
        subscription = Subscription(self._current)
        if last is not None:
            self._replay(subscription, held, last)
        self._index.add(subscription, held)
        return subscription

    def unsubscribe(self, subscription: Subscription) -> None:
        """Forget a subscription; one that is not there is forgotten already."""
        self._index.remove(subscription)

    def _current(self) -> str:
        return self.position or ""

    def _begin(self, start: str) -> None:
        """Forget what is kept; what comes next came after position `start`."""
        self._is_live = False
        self._ring.clear()
        self._places = {start: self._count}

    def _keep(self, message: Message) -> None:
        if len(self._ring) == self._ring.maxlen:
            # What stands before the first kept message is the position of the one that goes.
            self._places.pop(next(iter(self._places)))
        self._ring.append(message)
        self._count += 1
        self._places[message.id] = self._count
        if self._is_live:
            self.position = message.id

    def _go_live(self, _: CaughtUp) -> None:
        self._is_live = True
        self.position = next(reversed(self._places))
        spread = _spread(len(self._index))
        for each in self._index.subscriptions:
            each.tell(_EVERYTHING, spread=spread)
        self._caught_up.set()

    def _tell(self, message: Message) -> None:
        found = self._index.find(message.targets)
        spread = _spread(_receivers(found))
        for text, target, by in found:
            for each in by:
                each.tell(((text, target),), spread=spread, call=message.call)

    def _replay(self, subscription: Subscription, held: Iterable[Held], last: str) -> None:
        spread = _spread(len(self._index))  # when many come anew at one time, all read anew
        place = self._places.get(last) if self._is_live else None
        if place is None:
            subscription.tell(_EVERYTHING, spread=spread)
            return
        alone: Index[Subscription] = Index()
        alone.add(subscription, held)
        for message in self._after(place):
            for text, target, _ in alone.find(message.targets):
                subscription.tell(((text, target),), spread=spread, call=message.call)

    def _after(self, place: int) -> Iterator[Message]:
        """Return the kept messages after a place."""
        return islice(self._ring, len(self._ring) - (self._count - place), None)


def _receivers(found: list[Found[Subscription]]) -> int:
    if len(found) == 1:
        return len(found[0].by)
    return len({each for some in found for each in some.by})


def _spread(receivers: int) -> int:
    """Return milliseconds over which so many should spread; one alone need not wait."""
    return min(SPREAD_MS * (receivers - 1), LONGEST_SPREAD_MS) if receivers > 1 else 0

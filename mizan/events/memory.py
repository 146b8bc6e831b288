"""The broker of one process: threads and event loops of it, and no other (SPEC.md, section 17).

Invariant: a follower reads the kept messages itself, so nothing waits in a queue of its own; what
it no longer finds there is a Gap.
"""

from __future__ import annotations

import asyncio
import secrets
import threading
from collections import deque
from collections.abc import AsyncGenerator
from contextlib import suppress
from itertools import islice

from mizan.events.base import REPLAY, AsyncBroker, CaughtUp, Gap, Item, Message
from mizan.protocol.targets import Target


class MemoryBroker:
    """Keeps the latest `replay` messages. Other processes hear none of it."""

    def __init__(self, *, replay: int = REPLAY) -> None:
        self.aio: AsyncBroker = _Coroutines(self)
        self._epoch = secrets.token_hex(8)
        self._count = 0
        self._kept: deque[Message] = deque(maxlen=replay)
        self._lock = threading.Lock()
        self._bells: set[_Bell] = set()

    def publish(self, targets: tuple[Target, ...], call: str = "") -> None:
        """Publish targets (see `Broker`). Never fails."""
        with self._lock:
            self._count += 1
            message = Message(self._id(self._count), targets, call)
            self._kept.append(message)
            bells = tuple(self._bells)
        for bell in bells:
            bell.ring()

    async def follow(self) -> AsyncGenerator[Item]:
        """Yield all kept messages, and then each that is published (see `Broker`)."""
        bell = _Bell()
        with self._lock:
            self._bells.add(bell)
        try:
            seen = -1
            while True:
                bell.event.clear()
                messages, count = self._since(seen)
                has_gap = seen < 0 or count - seen > len(messages)
                if has_gap:
                    yield Gap(self._id(count - len(messages)))
                for message in messages:
                    yield message
                if has_gap:
                    yield CaughtUp()
                seen = count
                await bell.event.wait()
        finally:
            with self._lock:
                self._bells.discard(bell)

    def close(self) -> None:
        """Do nothing: there is no connection."""

    def _since(self, seen: int) -> tuple[list[Message], int]:
        """Return the kept messages after number `seen` (-1: all), and the number of the last."""
        with self._lock:
            size = len(self._kept)
            known = size if seen < 0 else min(self._count - seen, size)
            return [*islice(self._kept, size - known, None)], self._count

    def _id(self, number: int) -> str:
        return f"{self._epoch}.{number}"


class _Bell:
    """Wakes a follower, from any thread."""

    def __init__(self) -> None:
        self.event = asyncio.Event()
        self._loop = asyncio.get_running_loop()

    def ring(self) -> None:
        with suppress(RuntimeError):  # the loop was closed: nobody follows
            self._loop.call_soon_threadsafe(self.event.set)


class _Coroutines:
    """A broker's publishing as a coroutine; it never waits."""

    def __init__(self, broker: MemoryBroker) -> None:
        self._broker = broker

    async def publish(self, targets: tuple[Target, ...], call: str = "") -> None:
        self._broker.publish(targets, call)

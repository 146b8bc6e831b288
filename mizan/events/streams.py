"""The streams of one event loop: how many, for how long, and how each ends (SPEC.md, section 17).

Invariant: a stream that is closed, dropped or never begun is counted no longer; what is open is
looked after by one task, not by one each.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections import Counter, OrderedDict
from collections.abc import Awaitable, Callable, Hashable
from contextlib import suppress
from dataclasses import dataclass
from typing import NamedTuple, Self

from mizan.events.hub import Hub
from mizan.events.subscription import End, Subscription
from mizan.events.text import frame, ready
from mizan.protocol.events import Held
from mizan.protocol.targets import Instance

TICK = 0.1
"""Seconds between two looks at the streams."""
_SHORTEST_LIFE = 0.9  # of LIFETIME: who came at one time does not leave at one time


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds of streams. Times are seconds."""

    heartbeat: float = 15.0
    max_connections: int = 10_000
    per_user: int = 20
    lifetime: float = 900.0


class Wanted(NamedTuple):
    """What a stream is to be: `who` it is counted for (None: nobody), what he holds, what he was
    `refused` with which status, the position `last` that he knows (None: none; another text than a
    position: one that is not known), and when what proves who he is `expires`, by the clock of
    `time.time()`."""

    who: Hashable
    held: tuple[Held, ...]
    refused: tuple[tuple[Instance, int], ...] = ()
    last: str | None = None
    expires: float | None = None


class Refused(Exception):  # noqa: N818 (a state: there are too many)
    """There are too many streams: of one user, or else (not `is_of_user`) in all."""

    def __init__(self, *, is_of_user: bool) -> None:
        super().__init__()
        self.is_of_user = is_of_user


class Streams:
    """The streams of one event loop, in which all of it is called. `hub` is followed by others."""

    def __init__(self, hub: Hub, limits: Limits) -> None:
        self.hub = hub
        self.limits = limits
        self._loop = asyncio.get_running_loop()
        self._count = 0
        self._by_user: Counter[Hashable] = Counter()
        # Those that are open; the next one to be looked at is the first.
        self._open: OrderedDict[Stream, None] = OrderedDict()
        self._due = 0.0  # how many are to be looked at, and the part of one
        self._is_over = False

    def __len__(self) -> int:
        return self._count

    @property
    def is_over(self) -> bool:
        """Whether the process shuts down, and begins no more streams."""
        return self._is_over

    def make(self, wanted: Wanted, begin: Callable[[], Awaitable[None]] | None = None) -> Stream:
        """Return a stream, which counts from now on; `begin` is awaited before its first frame.
        Raises Refused."""
        who = wanted.who
        if self._count >= self.limits.max_connections:
            raise Refused(is_of_user=False)
        if who is not None and self._by_user[who] >= self.limits.per_user:
            raise Refused(is_of_user=True)
        self._count += 1
        self._by_user[who] += 1
        return Stream(self, wanted, begin)

    async def run(self) -> None:
        """Look after the streams until this is cancelled."""
        while True:
            await asyncio.sleep(TICK)
            self.look()

    def look(self) -> None:
        """Let streams show that they live, each once in a HEARTBEAT, and end those whose time has
        come."""
        now = time.monotonic()
        # In portions: all at one moment would keep what becomes stale waiting.
        self._due += len(self._open) * TICK / self.limits.heartbeat
        while self._due >= 1 and self._open:
            self._due -= 1
            stream = next(iter(self._open))
            self._open.move_to_end(stream)
            stream.beat()
        for stream in self._open:
            if stream.until <= now:
                stream.end("expired")

    def shut_down(self) -> None:
        """End all streams and begin no more: the process is about to end."""
        self._is_over = True
        for stream in self._open:
            stream.end("shutdown")

    def opened(self, stream: Stream) -> Subscription:
        """Begin to look after a stream; return its subscription."""
        subscription = self.hub.subscribe(stream.wanted.held, stream.wanted.last)
        self._open[stream] = None
        if self._is_over:  # it was made before, and nobody ends it later
            subscription.end("shutdown")
        return subscription

    def closed(self, stream: Stream, subscription: Subscription | None) -> None:
        """Look after a stream, and count it, no longer."""
        self._open.pop(stream, None)
        if subscription is not None:
            self.hub.unsubscribe(subscription)
        self._discount(stream.wanted.who)

    def dropped(self, who: Hashable) -> None:
        """Count a stream no longer that was never begun; from any thread."""
        with suppress(RuntimeError):  # the loop is closed
            self._loop.call_soon_threadsafe(self._discount, who)

    def _discount(self, who: Hashable) -> None:
        self._count -= 1
        self._by_user[who] -= 1
        if not self._by_user[who]:
            del self._by_user[who]


class Stream:
    """One subscriber's stream: an asynchronous iterator of frames, for one task."""

    __slots__ = (
        *("wanted", "until", "_streams", "_begin", "_subscription", "_task"),
        *("_taken", "_seen", "_is_slow", "_is_ended", "_is_closed"),
    )

    def __init__(
        self, streams: Streams, wanted: Wanted, begin: Callable[[], Awaitable[None]] | None
    ) -> None:
        self.wanted = wanted
        self.until = time.monotonic() + _life(streams.limits.lifetime, wanted.expires)
        self._streams = streams
        self._begin = begin
        self._subscription: Subscription | None = None
        self._task: asyncio.Task[object] | None = None
        self._taken = 0
        self._seen = -1  # how much was taken when it was last looked at
        self._is_slow = self._is_ended = self._is_closed = False

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> bytes:
        """Return the next frame, as soon as there is one."""
        if self._is_ended:
            self._close()
            raise StopAsyncIteration
        self._taken += 1
        try:
            if self._subscription is None:
                return await self._first()
            event = await self._subscription.next()
        except BaseException:  # also cancelled: whoever wraps it may close nothing
            self._close()
            raise
        self._is_ended = isinstance(event, End)
        return frame(event)

    async def aclose(self) -> None:
        """Forget what it holds, and count it no longer."""
        self._close()

    def __del__(self) -> None:
        if not self._is_closed:  # a response that was never sent, which nobody closes
            self._streams.dropped(self.wanted.who)

    def beat(self) -> None:
        """Show that it lives. One whose reader took nothing since the last time is ended."""
        assert self._subscription is not None  # noqa: S101 (it is open)
        if self._subscription.waits or self._taken != self._seen:
            self._seen = self._taken
            self._subscription.beat()
        elif not self._is_slow:
            self.end("slow")
        else:  # not even that was taken
            if self._task is not None:
                self._task.cancel()
            self._close()

    def end(self, reason: str) -> None:
        """Have it end."""
        assert self._subscription is not None  # noqa: S101 (it is open)
        self._is_slow |= reason == "slow"
        self._subscription.end(reason)

    def _close(self) -> None:
        if not self._is_closed:
            self._is_closed = self._is_ended = True
            self._task = None
            self._streams.closed(self, self._subscription)

    async def _first(self) -> bytes:
        if self._begin is not None:
            await self._begin()
            self._begin = None
        self._task = asyncio.current_task()
        self._subscription = self._streams.opened(self)
        position = self._streams.hub.position if self.wanted.last is None else None
        if self.wanted.last is not None:
            self._subscription.beat()  # says where it is, where nothing is replayed
        return ready(position, self._streams.limits.heartbeat, self.wanted.refused)


def _life(lifetime: float, expires: float | None) -> float:
    """Return for how many seconds a stream may live."""
    life = lifetime * random.uniform(_SHORTEST_LIFE, 1)  # noqa: S311 (protects nothing)
    return life if expires is None else min(life, expires - time.time())

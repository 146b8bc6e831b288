"""mizan/events/streams.py: how many streams there are, and how each ends."""

from __future__ import annotations

import asyncio
import gc
import time
from collections.abc import Callable, Coroutine
from typing import Any

import pytest

from mizan.events import streams as streams_module
from mizan.events.hub import Hub
from mizan.events.memory import MemoryBroker
from mizan.events.streams import Limits, Refused, Stream, Streams, Wanted
from mizan.protocol.events import Held
from mizan.protocol.targets import Instance, Target

SHELF = Held("shelf")
Test = Callable[["Site"], Coroutine[Any, Any, None]]


class Site:
    """Streams of a broker in memory; the test looks after them itself."""

    def __init__(self, limits: Limits) -> None:
        self.broker = MemoryBroker(replay=3)
        self.streams = Streams(Hub(self.broker), limits)

    def make(self, who: Any = None, **wanted: Any) -> Stream:
        return self.streams.make(Wanted(who, **({"held": (SHELF,)} | wanted)))

    async def publish(self, *contexts: str) -> None:
        for each in contexts:
            self.broker.publish((Target(each),))
        await asyncio.sleep(0.01)


def run(test: Test, **limits: Any) -> None:
    """Run a test while a hub follows. Each stream is looked at each time."""

    async def follow() -> None:
        site = Site(Limits(**({"heartbeat": streams_module.TICK} | limits)))
        task = asyncio.create_task(site.streams.hub.run())
        try:
            await site.streams.hub.ready()
            async with asyncio.timeout(20):
                await test(site)
        finally:
            task.cancel()

    asyncio.run(follow())


def test_frames_come_as_things_become_stale() -> None:
    async def test(site: Site) -> None:
        stream = site.make(refused=((Instance("mine"), 401),))
        first = await anext(stream)
        assert b"event: ready\nid: " in first
        assert b'"status":401' in first
        await site.publish("shelf", "book")
        assert b'"targets":["shelf"]' in await anext(stream)
        site.streams.look()
        beat = await anext(stream)
        assert beat.startswith(b"id: ")
        assert b"data" not in beat
        assert beat.endswith(b".2\n\n")  # it has passed what concerns others
        await stream.aclose()

    run(test)


def test_who_was_away_is_told_what_came_since() -> None:
    async def test(site: Site) -> None:
        await site.publish("shelf")
        last = site.streams.hub.position
        known = site.make(last=last)
        assert b"id:" not in await anext(known)  # else a cut before the replay would lose it
        assert await anext(known) == f"id: {last}\n\n".encode()
        await site.publish("shelf")
        behind = site.make(last=last)
        await anext(behind)
        assert b'"targets":["shelf"]' in await anext(behind)
        for unknown in ("", "x.5", "a\nb"):
            lost = site.make(last=unknown)
            assert b"id:" not in await anext(lost)
            assert b'"targets":["*"]' in await anext(lost)

    run(test)


def test_the_most_streams_of_one_and_of_all() -> None:
    async def test(site: Site) -> None:
        made = [site.make("ada"), site.make("ada")]
        with pytest.raises(Refused) as refused:
            site.make("ada")
        assert refused.value.is_of_user
        made += [site.make(), site.make()]  # of nobody that is known
        with pytest.raises(Refused) as refused:
            site.make("bob")
        assert not refused.value.is_of_user
        await anext(made[0])
        await made[0].aclose()
        await made[0].aclose()
        assert len(site.streams) == 3
        made.append(site.make("ada"))

    run(test, max_connections=4, per_user=2)


def test_what_is_never_begun_is_forgotten() -> None:
    async def test(site: Site) -> None:
        stream = site.make("ada")
        del stream
        gc.collect()
        await asyncio.sleep(0)
        assert len(site.streams) == 0
        site.make("ada")

    run(test, per_user=1)


def test_a_stream_that_is_cancelled_is_forgotten() -> None:
    async def test(site: Site) -> None:
        stream = site.make()
        await anext(stream)
        task = asyncio.ensure_future(anext(stream))
        await asyncio.sleep(0)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        assert len(site.streams) == len(site.streams.hub.subscriptions) == 0

    run(test)


async def ended(stream: Stream) -> bytes:
    """Return the last frame of a stream that ends after it."""
    last = b""
    async for frame in stream:
        last = frame
    return last


def test_a_token_ends_a_stream_and_so_does_a_lifetime() -> None:
    async def test(site: Site) -> None:
        short = site.make(expires=time.time() + 0.05)
        long = site.make(expires=time.time() + 1000)
        for each in (short, long):
            await anext(each)
        site.streams.look()
        await asyncio.sleep(0.06)
        site.streams.look()
        assert b'"expired"' in await ended(short)
        assert len(site.streams) == 1
        assert 800 <= long.until - time.monotonic() <= 900

    run(test, lifetime=900, heartbeat=15)


def test_a_shutdown_ends_all_and_begins_no_more() -> None:
    async def test(site: Site) -> None:
        some = [site.make() for _ in range(3)]
        for each in some:
            await anext(each)
        site.streams.shut_down()
        assert site.streams.is_over
        for each in some:
            assert b'"shutdown"' in await ended(each)
        assert len(site.streams) == 0

    run(test)


def test_who_takes_nothing_is_ended() -> None:
    async def test(site: Site) -> None:
        stream = site.make()

        async def read() -> None:
            await anext(stream)
            await anext(stream)  # a beat
            await asyncio.sleep(1000)  # its sending waits for a peer that takes nothing

        task = asyncio.create_task(read())
        await asyncio.sleep(0)
        site.streams.look()
        await asyncio.sleep(0)
        site.streams.look()
        await site.publish(*["shelf"] * 10)
        assert not task.done()
        site.streams.look()
        await asyncio.gather(task, return_exceptions=True)
        assert task.cancelled()
        assert len(site.streams) == 0

    run(test)


def test_who_was_slow_is_told_so_when_he_takes_it() -> None:
    async def test(site: Site) -> None:
        stream = site.make()
        await anext(stream)
        site.streams.look()
        site.streams.look()
        assert b'"slow"' in await anext(stream)
        assert len(site.streams) == 1
        assert await ended(stream) == b""
        assert len(site.streams) == 0

    run(test)


def test_who_takes_what_comes_is_not_slow() -> None:
    async def test(site: Site) -> None:
        stream = site.make()
        await anext(stream)
        for _ in range(5):
            site.streams.look()
            assert b"data" not in await anext(stream)

    run(test)


def test_beats_come_in_portions() -> None:
    async def test(site: Site) -> None:
        some = [site.make() for _ in range(100)]
        tasks = []
        for each in some:
            await anext(each)
            tasks.append(asyncio.ensure_future(anext(each)))
        await asyncio.sleep(0)
        beaten = []
        for _ in range(10):
            site.streams.look()
            await asyncio.sleep(0.001)
            beaten.append(sum(task.done() for task in tasks))
        assert beaten == [10, 20, 30, 40, 50, 60, 70, 80, 90, 100]

    run(test, heartbeat=10 * streams_module.TICK)


def test_what_is_to_be_done_first_is_done_before_the_first_frame() -> None:
    async def test(site: Site) -> None:
        done = []

        async def begin() -> None:
            done.append(len(site.streams.hub.subscriptions))

        await anext(site.streams.make(Wanted(None, (SHELF,)), begin))
        assert done == [0]

    run(test)


def test_what_is_begun_while_the_process_shuts_down_ends_at_once() -> None:
    async def test(site: Site) -> None:
        late = site.make()
        site.streams.shut_down()
        assert b"event: ready" in await anext(late)
        assert b'"reason":"shutdown"' in await anext(late)
        assert await ended(late) == b""
        assert len(site.streams) == 0

    run(test)


def test_it_looks_by_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streams_module, "TICK", 0.005)

    async def test(site: Site) -> None:
        task = asyncio.create_task(site.streams.run())
        stream = site.make()
        await anext(stream)
        assert b"data" not in await anext(stream)
        task.cancel()

    run(test, heartbeat=0.01)

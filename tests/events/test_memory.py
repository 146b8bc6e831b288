"""mizan/events/memory.py: what is not kept any more is a gap."""

from __future__ import annotations

import asyncio
import threading
from typing import Any

from mizan.events import MemoryBroker
from mizan.events.base import CaughtUp, Gap, Message
from mizan.protocol.targets import Target


def test_it_keeps_the_latest_messages(notes: Any) -> None:
    async def play() -> list[Any]:
        for n in range(9):
            broker.publish((Target(f"c{n}"),))
        async with notes(broker) as noted:
            return list(noted.items)

    broker = MemoryBroker(replay=3)
    gap, *messages, done = asyncio.run(play())
    assert [each.targets[0].context for each in messages] == ["c6", "c7", "c8"]
    assert (type(gap), done) == (Gap, CaughtUp())
    assert gap.id.endswith(".6")


def test_positions_say_which_is_later(notes: Any) -> None:
    async def play() -> list[Any]:
        for _ in range(12):
            broker.publish((Target("c"),))
        async with notes(broker) as noted:
            return [item.id.rpartition(".") for item in noted.items if isinstance(item, Message)]

    broker = MemoryBroker()
    places = asyncio.run(play())
    assert len({epoch for epoch, _, _ in places}) == 1
    assert [int(number) for _, _, number in places] == list(range(1, 13))


def test_a_follower_that_was_too_slow_gets_a_gap() -> None:
    async def play() -> list[Any]:
        broker = MemoryBroker(replay=3)
        items = broker.follow()
        found = [await anext(items), await anext(items)]
        for n in range(5):  # while nobody asks for more
            broker.publish((Target(f"c{n}"),))
        found += [await anext(items) for _ in range(5)]
        await items.aclose()
        return found

    _, _, gap, *messages, done = asyncio.run(play())
    assert isinstance(gap, Gap)
    assert [each.targets[0].context for each in messages] == ["c2", "c3", "c4"]
    assert done == CaughtUp()


def test_many_threads_lose_nothing(notes: Any) -> None:
    def shout(broker: MemoryBroker, name: str) -> None:
        for n in range(200):
            broker.publish((Target(f"{name}{n}"),))

    async def play() -> list[str]:
        broker = MemoryBroker(replay=2000)
        async with notes(broker) as noted:
            threads = [threading.Thread(target=shout, args=(broker, name)) for name in "abcd"]
            for each in threads:
                each.start()
            await noted.until(lambda: len(noted.contexts) >= 801)
            ids = [each.id for each in noted.items if isinstance(each, Message)]
            assert len(set(ids)) == 800
            return list(noted.contexts)

    found = asyncio.run(play())
    for name in "abcd":
        assert [each for each in found if each[0] == name] == [f"{name}{n}" for n in range(200)]


def test_a_loop_that_was_closed_is_not_told() -> None:
    broker = MemoryBroker()
    loop = asyncio.new_event_loop()
    items = broker.follow()

    async def begin() -> None:
        await anext(items)

    loop.run_until_complete(begin())
    loop.close()
    broker.publish((Target("a"),))

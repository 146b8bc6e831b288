"""mizan/events/base.py: the two brokers do what it says."""

from __future__ import annotations

import asyncio
import re
from typing import Any

import pytest
from servers import Server

from mizan.events import MemoryBroker, RedisBroker
from mizan.events.base import Broker, CaughtUp, Gap, Message
from mizan.protocol.targets import Target

A = Target("a", (("name", "é;"), ("x", 1)), "list")


@pytest.fixture(params=["memory", "redis"])
def broker(request: pytest.FixtureRequest) -> Broker:
    if request.param == "memory":
        return MemoryBroker(replay=200)
    server: Server = request.getfixturevalue("redis_server")
    return RedisBroker(server.url, replay=200, timeout=5)


def test_a_follower_gets_the_past_and_then_what_comes(broker: Broker, notes: Any) -> None:
    async def play() -> None:
        broker.publish((Target("b"),))
        broker.publish((A, Target("b")), "nonce-of-a-call")
        async with notes(broker) as noted:
            first, *_ = noted.items
            assert isinstance(first, Gap)
            assert noted.items[-1] == CaughtUp()
            await broker.aio.publish((Target("c"),), "")
            await asyncio.to_thread(broker.publish, (Target("d"),))
            await noted.until(lambda: noted.contexts[-1] == "d")
        messages = [each for each in noted.items if isinstance(each, Message)]
        assert [each.targets for each in messages[-3:]] == [
            (A, Target("b")),
            (Target("c"),),
            (Target("d"),),
        ]
        assert [each.call for each in messages[-3:]] == ["nonce-of-a-call", "", ""]

    asyncio.run(play())


def test_followers_get_the_same_positions(broker: Broker, notes: Any) -> None:
    async def play() -> None:
        async with notes(broker) as early:
            for n in range(20):
                broker.publish((Target(f"c{n}"),))
            await early.until(lambda: early.contexts[-1:] == ["c19"])
            async with notes(broker) as late:
                assert late.items[-1] == CaughtUp()
        ids = [each.id for each in early.items if not isinstance(each, CaughtUp)]
        assert [e.id for e in late.items if not isinstance(e, CaughtUp)] == ids
        assert len(set(ids)) == len(ids) == 21
        assert all(re.fullmatch(r"[A-Za-z0-9._-]{1,64}", each) for each in ids)

    asyncio.run(play())


def test_an_empty_broker_has_a_position(broker: Broker, notes: Any) -> None:
    async def play() -> list[Any]:
        async with notes(broker) as noted:
            return list(noted.items)

    (gap, done), (again, _) = asyncio.run(play()), asyncio.run(play())
    assert isinstance(gap, Gap)
    assert (gap, CaughtUp()) == (again, done)


def test_a_new_broker_never_gives_a_position_again(redis_server: Server, notes: Any) -> None:
    async def position(broker: Broker) -> str:
        broker.publish((Target("a"),))
        async with notes(broker) as noted:
            return str(noted.items[0].id)

    assert asyncio.run(position(MemoryBroker())) != asyncio.run(position(MemoryBroker()))
    broker = RedisBroker(redis_server.url, timeout=5)
    before = asyncio.run(position(broker))
    redis_server.restart()
    assert asyncio.run(position(RedisBroker(redis_server.url, timeout=5))) != before


def test_closing_leaves_nothing_open(broker: Broker) -> None:
    broker.publish((A,))
    broker.close()
    broker.publish((A,))
    broker.close()

"""mizan.django.event_streams: each event loop has streams of its own, from when it wants some."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured

from mizan.django import event_broker, event_streams
from mizan.events.base import Item, Message
from mizan.events.memory import MemoryBroker
from mizan.events.streams import Wanted
from mizan.events.subscription import Invalidate
from mizan.protocol.events import Held
from mizan.protocol.targets import Target


@pytest.fixture(autouse=True)
def _on(settings: Any) -> None:
    settings.MIZAN_EVENTS = {"PER_USER": 3, "LIFETIME": 60}


def test_off_there_are_none(settings: Any) -> None:
    settings.MIZAN_EVENTS = None

    async def test() -> None:
        assert event_streams.streams() is None
        assert event_streams.position() == ""

    asyncio.run(test())


def test_wrong_settings_are_told(settings: Any) -> None:
    settings.MIZAN_EVENTS = {"PER_USER": 0}

    async def test() -> None:
        event_streams.streams()

    with pytest.raises(ImproperlyConfigured, match="PER_USER"):
        asyncio.run(test())


def test_each_loop_has_its_own_while_it_runs() -> None:
    made = []

    async def test() -> None:
        found = event_streams.streams()
        assert found is event_streams.streams()
        assert found is not None
        assert (found.limits.per_user, found.limits.lifetime) == (3, 60)
        made.append(found)

    asyncio.run(test())
    asyncio.run(test())
    assert made[0] is not made[1]
    assert event_streams._homes == {}


def test_the_position_is_that_of_the_loop() -> None:
    assert event_streams.position() == ""

    async def test() -> None:
        assert event_streams.position() == ""  # nobody follows
        found = event_streams.streams()
        broker = event_broker.broker()
        assert found is not None
        assert broker is not None
        await found.hub.ready()
        before = event_streams.position()
        assert before
        heard = found.hub.subscribe([Held("shelf")])
        broker.publish((Target("shelf"),))
        event = await asyncio.wait_for(heard.next(), 20)
        assert isinstance(event, Invalidate)
        assert before != event_streams.position() == event.id

    asyncio.run(test())


def test_forgotten_they_are_made_anew() -> None:
    async def test() -> None:
        first = event_streams.streams()
        event_streams.forget()
        assert event_streams.position() == ""
        assert event_streams.streams() is not first

    asyncio.run(test())


def test_a_follower_that_fails_leaves_no_stream_deaf(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    follow = MemoryBroker.follow

    async def fail(broker: MemoryBroker) -> AsyncGenerator[Item]:
        async for item in follow(broker):
            if isinstance(item, Message):
                raise ZeroDivisionError
            yield item

    monkeypatch.setattr(MemoryBroker, "follow", fail)

    async def test() -> None:
        found, broker = event_streams.streams(), event_broker.broker()
        assert found is not None
        assert broker is not None
        await found.hub.ready()
        stream = found.make(Wanted(None, (Held("shelf"),)))
        await anext(stream)
        broker.publish((Target("shelf"),))
        async with asyncio.timeout(20):
            assert b'"reason":"shutdown"' in await anext(stream)
        assert event_streams.streams() is not found

    asyncio.run(test())
    (record,) = (each for each in caplog.records if each.name == "mizan.events")
    assert record.getMessage().startswith("events.failed:")
    assert record.exc_info is not None

"""mizan/events/hub.py: whom a process tells, and what it replays."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mizan.events.base import BrokerUnavailable, CaughtUp, Gap, Item, Message
from mizan.events.hub import Hub
from mizan.events.memory import MemoryBroker
from mizan.events.subscription import Invalidate
from mizan.protocol.events import Held, visible
from mizan.protocol.targets import EVERYTHING, Target, matches
from mizan.testing import instances, target_sets

FIVE, SIX = (Target("orders", (("user_id", n),)) for n in (5, 6))
MINE = Held("orders", (), (("user_id", "5"),))


class Script:
    """A broker whose follower is given what a test says."""

    def __init__(self) -> None:
        self.queue: asyncio.Queue[Item] = asyncio.Queue()
        self.aio: Any = None

    def publish(self, targets: Any, call: str = "") -> None:
        pytest.fail(f"Nothing is published here, but {targets} of {call!r} was.")

    async def follow(self) -> AsyncGenerator[Item]:
        while True:
            yield await self.queue.get()

    def close(self) -> None:
        """There is nothing to close."""

    async def say(self, *items: Item) -> None:
        for each in items:
            self.queue.put_nowait(each)
        for _ in range(len(items) + 1):
            await asyncio.sleep(0)


@asynccontextmanager
async def running(hub: Hub) -> AsyncIterator[Hub]:
    task = asyncio.create_task(hub.run())
    try:
        yield hub
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


def play(story: Callable[[Script, Hub], Coroutine[Any, Any, None]], replay: int = 3) -> None:
    async def run() -> None:
        script = Script()
        async with running(Hub(script, replay=replay)) as hub:
            await script.say(Gap("start"), Message("m1", (FIVE,)), CaughtUp())
            await story(script, hub)

    asyncio.run(run())


def test_each_is_told_what_he_may_know() -> None:
    async def story(script: Script, hub: Hub) -> None:
        mine, all_of_it = hub.subscribe([MINE]), hub.subscribe([Held("orders")])
        await script.say(Message("m2", (FIVE, Target("news")), "nonce-of-a-call"))
        for each in (mine, all_of_it):
            assert await each.next() == Invalidate("m2", (Target("orders"),), 2, "nonce-of-a-call")
        await script.say(Message("m3", (SIX,)))
        assert (await all_of_it.next()).id == "m3"
        mine.beat()
        assert await mine.next() == ("m3",)
        hub.unsubscribe(all_of_it)
        hub.unsubscribe(all_of_it)
        await script.say(Message("m4", (FIVE,)))
        assert await mine.next() == Invalidate("m4", (Target("orders"),), 0)
        assert list(hub.subscriptions) == [mine]

    play(story)


def test_what_came_after_a_position_is_told_first() -> None:
    async def story(script: Script, hub: Hub) -> None:
        await script.say(Message("m2", (SIX,)), Message("m3", (FIVE,), "nonce-of-a-call"))
        first = await hub.subscribe([MINE], "m2").next()
        assert first == Invalidate("m3", (Target("orders"),), 0, "nonce-of-a-call")
        for last in ("m3", None):
            silent = hub.subscribe([MINE], last)
            silent.beat()
            assert await silent.next() == ("m3",)
        assert (await hub.subscribe([MINE], "start").next()).targets == (Target("orders"),)

    play(story)


@pytest.mark.parametrize("last", ["start", "m0", "", "m9", "another.life"])
def test_a_position_that_is_not_kept_means_everything(last: str) -> None:
    async def story(script: Script, hub: Hub) -> None:
        for n in range(2, 6):
            await script.say(Message(f"m{n}", (SIX,)))
        known = hub.subscribe([MINE], "m2")
        assert not known._pending
        assert await hub.subscribe([MINE], last).next() == Invalidate("m5", (EVERYTHING,), 0)

    play(story)


def test_a_gap_means_everything_to_all_once_what_came_is_known() -> None:
    async def story(script: Script, hub: Hub) -> None:
        several = [hub.subscribe([MINE]), hub.subscribe([Held("news")])]
        await script.say(Gap("n0"), Message("n1", (FIVE,)))
        assert hub.position == "m1"
        assert not several[0]._pending
        early = hub.subscribe([MINE], "m1")
        assert (await early.next()).targets == (EVERYTHING,)
        await script.say(CaughtUp())
        assert hub.position == "n1"
        for each in several:
            assert await each.next() == Invalidate("n1", (EVERYTHING,), 4)
        assert (await hub.subscribe([MINE], "m1").next()).targets == (EVERYTHING,)
        assert (await hub.subscribe([MINE], "n0").next()).targets == (Target("orders"),)

    play(story)


def test_before_the_first_position_nobody_can_be_told() -> None:
    async def run() -> None:
        script = Script()
        async with running(Hub(script)) as hub:
            with pytest.raises(BrokerUnavailable):
                hub.subscribe([MINE])
            ready = asyncio.create_task(hub.ready())
            await script.say(Gap("start"))
            assert (hub.position, ready.done()) == (None, False)
            await script.say(CaughtUp())
            await ready
            assert hub.position == "start"

    asyncio.run(run())


def test_many_receivers_spread_what_they_read() -> None:
    async def story(script: Script, hub: Hub) -> None:
        several = [hub.subscribe([MINE]) for _ in range(100)]
        await script.say(Message("m2", (FIVE, Target("orders", (("user_id", 5), ("page", 1))))))
        assert (await several[0].next()).spread == 198
        several += [hub.subscribe([MINE]) for _ in range(6000)]
        await script.say(Message("m3", (EVERYTHING,)))
        assert (await several[-1].next()).spread == 10_000

    play(story)


@given(
    st.lists(target_sets(), min_size=1, max_size=6),
    st.lists(instances(), min_size=1, max_size=3),
    st.data(),
)
def test_from_any_position_on_no_target_is_lost(
    messages: list[list[Target]], held: list[Any], data: st.DataObject
) -> None:
    """Whatever came after a position that a reader has seen, he is told of what matches."""
    at = data.draw(st.integers(0, len(messages)))
    holds = [Held(*each) for each in held]

    async def run() -> None:
        broker = MemoryBroker(replay=4)
        async with running(Hub(broker, replay=4)) as hub:
            await hub.ready()
            positions = [hub.position]
            for each in messages:
                broker.publish(tuple(each))
                await asyncio.sleep(0)
                await asyncio.sleep(0)
                positions.append(hub.position)
            subscription = hub.subscribe(holds, positions[at])
            subscription.beat()
            found = await subscription.next()
            told = found.targets if isinstance(found, Invalidate) else ()
        missed = [target for each in messages[at:] for target in each]
        for each in visible(missed, holds):
            assert any(t.context in ("*", each.context) for t in told)
        for each in holds:
            if any(matches(target, each.instance) for target in missed):
                assert any(matches(target, each.instance) for target in told)

    asyncio.run(run())

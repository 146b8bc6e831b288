"""mizan/events/subscription.py: what waits is one set, however slowly it is taken."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any

from mizan.events.subscription import MOST, Beat, End, Invalidate, Subscription
from mizan.protocol.targets import EVERYTHING, Target, serialise


def made() -> Subscription:
    return Subscription(lambda: "here")


def told(*targets: Target) -> list[tuple[str, Target]]:
    return [(serialise(each), each) for each in targets]


def of(number: int) -> Target:
    return Target("a", (("x", number),))


def run(play: Coroutine[Any, Any, Any]) -> Any:
    return asyncio.run(play)


def test_what_is_told_between_is_one_event() -> None:
    each = made()
    each.tell(told(of(2)), spread=4, call="one")
    each.tell(told(of(1)), spread=2, call="one")
    assert run(each.next()) == Invalidate("here", (of(1), of(2)), 4, "one")
    each.tell(told(Target("a")))
    each.tell(told(of(1)))
    assert run(each.next()) == Invalidate("here", (Target("a"),))


def test_of_two_calls_none_is_named() -> None:
    for calls in (("one", "two"), ("one", ""), ("", "one"), ("one", "two", "one")):
        each = made()
        for call in calls:
            each.tell(told(of(1)), call=call)
        assert run(each.next()).call == ""


def test_too_many_become_everything() -> None:
    each = made()
    for n in range(MOST):
        each.tell(told(of(n)))
    assert len(run(each.next()).targets) == MOST
    for n in range(10 * MOST):
        each.tell(told(of(n)))
        assert len(each._pending) <= MOST
    assert run(each.next()).targets == (EVERYTHING,)


def test_many_that_one_covers_are_that_one() -> None:
    each = made()
    for n in range(MOST):
        each.tell(told(of(n)))
    each.tell(told(Target("a")))
    assert run(each.next()).targets == (Target("a"),)


def test_a_beat_is_said_where_nothing_else_is() -> None:
    each = made()
    each.beat()
    assert run(each.next()) == Beat("here")
    each.beat()
    each.tell(told(of(1)))
    assert isinstance(run(each.next()), Invalidate)
    each.end("expired")
    each.end("shutdown")
    each.tell(told(of(1)))
    assert run(each.next()) == run(each.next()) == End("expired")


def test_who_waits_is_woken() -> None:
    async def play() -> None:
        each = made()
        assert not each.waits
        task = asyncio.create_task(each.next())
        await asyncio.sleep(0)
        assert each.waits
        each.tell(told(of(1)))
        each.tell(told(of(2)))
        assert (await task).targets == (of(1), of(2))
        assert not each.waits
        task = asyncio.create_task(each.next())
        await asyncio.sleep(0)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        assert not each.waits
        each.beat()
        assert await each.next() == Beat("here")

    run(play())

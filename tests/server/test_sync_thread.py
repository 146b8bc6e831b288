"""mizan/server/sync_thread.py: where what may block is done while an event loop runs."""

import asyncio
import threading
from collections.abc import Callable
from contextvars import ContextVar
from typing import Any

import pytest
from asgiref.sync import async_to_sync, sync_to_async

from mizan.server.sync_thread import Late, in_thread

colour: ContextVar[str] = ContextVar("colour", default="none")
number: ContextVar[int] = ContextVar("number")


class Held:
    """Something slow to do: `begun` is set when it begins, and it ends when `end` is set."""

    def __init__(self, do: Callable[[], Any] = lambda: "outcome") -> None:
        self.begun, self.end = threading.Event(), threading.Event()
        self.log: list[str] = []
        self._do = do

    def __call__(self) -> Any:
        self.begun.set()
        assert self.end.wait(20)
        self.log.append("done")
        return self._do()


async def begun(held: Held) -> None:
    await asyncio.get_running_loop().run_in_executor(None, held.begun.wait, 20)


def fail(kind: type[BaseException] = ValueError) -> None:
    raise kind("no")


def test_outcomes_and_failures() -> None:
    async def go() -> None:
        assert await in_thread(lambda a, b: a + b, 1, 2) == 3
        assert await in_thread(lambda: None) is None
        for kind in (ValueError, RuntimeError, asyncio.CancelledError, Late):
            with pytest.raises(kind):
                await in_thread(fail, kind)
        with pytest.raises(RuntimeError, match="StopIteration was raised"):
            await asyncio.wait_for(in_thread(lambda: next(iter([]))), 20)

    asyncio.run(go())


def test_context_variables_go_there_and_come_back() -> None:
    def change() -> str:
        before = colour.get()
        colour.set("blue")
        number.set(7)
        return before

    async def go() -> None:
        colour.set("red")
        assert await in_thread(change) == "red"
        assert (colour.get(), number.get()) == ("blue", 7)

    asyncio.run(go())


@pytest.mark.parametrize(
    ("flags", "expected"),
    [
        ({}, asyncio.CancelledError),
        ({"keeps": True}, Late),
        ({"always": True}, Late),
    ],
)
def test_what_has_begun_is_finished(flags: Any, expected: Any) -> None:
    held = Held(lambda: colour.set("blue") and "outcome")

    async def go() -> None:
        task = asyncio.ensure_future(cancelled())
        await begun(held)
        task.cancel()
        await asyncio.sleep(0)
        held.end.set()
        await task

    async def cancelled() -> None:
        with pytest.raises(expected) as caught:
            await in_thread(held, **flags)
        assert held.log == ["done"]
        if flags:
            assert caught.value.outcome == "outcome"
            assert colour.get() == "blue"
            # Nothing is in disorder: the thread can be used again.
            assert await in_thread(colour.get) == "blue"

    asyncio.run(go())


@pytest.mark.parametrize("flags", [{}, {"keeps": True}, {"always": True}])
def test_what_fails_meanwhile_is_cancelled(flags: Any) -> None:
    held = Held(fail)

    async def go() -> None:
        task = asyncio.ensure_future(in_thread(held, **flags))
        await begun(held)
        task.cancel()
        await asyncio.sleep(0)
        held.end.set()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(go())


def test_what_has_not_begun_is_done_only_if_it_always_is() -> None:
    first = Held()
    log: list[str] = []

    async def go() -> None:
        busy = asyncio.ensure_future(in_thread(first))
        await begun(first)
        never = asyncio.ensure_future(in_thread(log.append, "never"))
        always = asyncio.ensure_future(in_thread(log.append, "always", always=True))
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        never.cancel()
        always.cancel()
        await asyncio.sleep(0)
        with pytest.raises(asyncio.CancelledError):
            await never
        first.end.set()
        with pytest.raises(Late):
            await always
        assert await busy == "outcome"
        await in_thread(log.append, "last")

    asyncio.run(go())
    assert log == ["always", "last"]


def test_async_code_in_the_thread_is_cancelled_with_its_waiter() -> None:
    log: list[str] = []
    started = threading.Event()

    async def slow() -> None:
        started.set()
        try:
            await asyncio.sleep(60)
        finally:
            log.append("cancelled")

    async def go() -> None:
        task = asyncio.ensure_future(in_thread(async_to_sync(slow), keeps=True))
        await asyncio.get_running_loop().run_in_executor(None, started.wait, 20)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asyncio.wait_for(task, 20)
        # The thread can be used again, by asgiref too.
        assert await sync_to_async(lambda: "again")() == "again"

    asyncio.run(go())
    assert log == ["cancelled"]


def test_a_second_cancellation_waits_no_longer() -> None:
    held = Held()

    async def go() -> None:
        task = asyncio.ensure_future(in_thread(held, keeps=True))
        await begun(held)
        for _ in range(2):
            task.cancel()
            await asyncio.sleep(0)
            await asyncio.sleep(0)
        assert task.cancelled()

    asyncio.run(go())
    held.end.set()  # after the loop was closed


def test_jobs_are_done_one_after_the_other() -> None:
    running: set[int] = set()
    most = []

    def do(number: int) -> None:
        running.add(number)
        most.append(len(running))
        running.remove(number)

    async def go() -> None:
        await asyncio.gather(*(in_thread(do, each) for each in range(20)))

    asyncio.run(go())
    assert max(most) == 1


@pytest.mark.parametrize("turns", [0, 1])
def test_what_is_done_is_not_lost_where_its_waiter_is_cancelled_before_it_wakes(turns: int) -> None:
    async def waiter() -> Any:
        return await in_thread(lambda: 7, keeps=True)

    async def main() -> None:
        task = asyncio.ensure_future(waiter())
        await asyncio.sleep(0)
        inner = next(each for each in asyncio.all_tasks() if "SyncToAsync" in repr(each))
        while not inner.done():  # noqa: ASYNC110 (turn by turn, for the next ones count)
            await asyncio.sleep(0)
        for _ in range(turns):
            await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(Late) as late:
            await task
        assert late.value.outcome == 7

    asyncio.run(main())

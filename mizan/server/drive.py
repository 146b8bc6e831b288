"""The drivers of steps: one that blocks (WSGI, Python calls), one that awaits (ASGI).

Invariant: the drivers differ in how they wait and in nothing else; an effect's failure, whatever it
is, is raised inside the steps, at the place that yielded it, so their `finally` runs.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any, TypeVar

from asgiref.sync import async_to_sync, sync_to_async

from mizan.server.effects import Atomic, Block, FunctionFailed, Run, RunAll, Steps

T = TypeVar("T")


def drive(steps: Steps[T]) -> T:
    """Drive steps to their end in this thread and return what they return."""
    try:
        effect = steps.send(None)
        while True:
            try:
                outcome = _DO[type(effect)](effect)
            except BaseException as error:  # noqa: BLE001 (raised again inside the steps)
                effect = steps.throw(error)
            else:
                effect = steps.send(outcome)
    except StopIteration as end:
        return end.value  # type: ignore[no-any-return] # the generator's return type
    finally:
        steps.close()


async def adrive(steps: Steps[T]) -> T:
    """Drive steps to their end: await async functions, do the rest in the sync thread."""
    try:
        effect = steps.send(None)
        while True:
            try:
                outcome = await _ADO[type(effect)](effect)
            except BaseException as error:  # noqa: BLE001 (raised again inside the steps)
                effect = steps.throw(error)
            else:
                effect = steps.send(outcome)
    except StopIteration as end:
        return end.value  # type: ignore[no-any-return] # the generator's return type
    finally:
        steps.close()


def _block(effect: Block) -> Any:
    return effect.call()


def _run(run: Run) -> Any:
    fn = async_to_sync(run.fn) if run.is_async else run.fn
    return run.finish(fn(run.request, **run.arguments))


def _run_all(effect: RunAll) -> list[Any]:
    return [_run_named(run) for run in effect.runs]


def _run_named(run: Run) -> Any:
    try:
        return _run(run)
    except Exception as error:
        raise FunctionFailed(run.name, error) from error


def _atomic(effect: Atomic) -> Any:
    with effect.open():
        return drive(effect.steps)


class _Job:
    """Something to do in the sync thread, whose waiter may be cancelled meanwhile."""

    def __init__(self, do: Callable[..., Any], args: tuple[Any, ...]) -> None:
        self._do = do
        self._args = args
        self._lock = threading.Lock()
        self._state = "waiting"
        self._loop = asyncio.get_running_loop()
        self.ended = asyncio.Event()
        self.outcomes: list[Any] = []

    def __call__(self) -> Any:
        if not self._enter("started"):
            return None
        try:
            self.outcomes.append(self._do(*self._args))
        except StopIteration as error:  # no future can carry it: its waiter would wait forever
            raise RuntimeError(f"StopIteration was raised: {error!r}.") from error
        finally:
            with suppress(RuntimeError):  # the loop was closed: nobody waits
                self._loop.call_soon_threadsafe(self.ended.set)
        return self.outcomes[0]

    def abandon(self) -> bool:
        """Whether it had not begun, and now never will."""
        return self._enter("abandoned")

    def _enter(self, state: str) -> bool:
        with self._lock:
            if self._state != "waiting":
                return False
            self._state = state
            return True


async def _in_thread(do: Callable[..., Any], *args: Any, keeps: bool = False) -> Any:
    """Do something in the sync thread: a transaction, for one, belongs to one thread.

    What has begun there is finished before a cancellation goes on. With `keeps` the outcome is
    returned even then, for it may have changed something, and the next await is cancelled.
    """
    job = _Job(do, args)
    try:
        return await sync_to_async(job)()
    except asyncio.CancelledError:
        if job.abandon():
            raise
        await job.ended.wait()
        if not keeps or not job.outcomes:
            raise
    task = asyncio.current_task()
    if task is not None:
        task.uncancel()  # one request to cancel is counted once
        task.cancel()
    return job.outcomes[0]


async def _arun(run: Run) -> Any:
    if not run.is_async:
        return await _in_thread(_run, run, keeps=True)
    value = await run.fn(run.request, **run.arguments)
    if run.blocks(value):
        return await _in_thread(run.finish, value, keeps=True)
    return run.finish(value)


async def _arun_named(run: Run) -> Any:
    try:
        return await _arun(run)
    except Exception as error:
        raise FunctionFailed(run.name, error) from error


async def _arun_all(effect: RunAll) -> list[Any]:
    """Run async functions concurrently and the others, one after the other, in the sync thread.

    The first failure cancels the rest and is raised alone.
    """
    blocking = RunAll([run for run in effect.runs if not run.is_async])
    try:
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(_arun_named(run)) for run in effect.runs if run.is_async]
            others = await _in_thread(_run_all, blocking) if blocking.runs else []
    except BaseExceptionGroup as several:
        failed = several.exceptions[0]
    else:
        # A task that cancelled itself says so here, rather than give nothing.
        outcomes = {True: iter([task.result() for task in tasks]), False: iter(others)}
        return [next(outcomes[run.is_async]) for run in effect.runs]
    raise failed


_DO: dict[type, Callable[[Any], Any]] = {
    Block: _block,
    Run: _run,
    RunAll: _run_all,
    Atomic: _atomic,
}
_ADO: dict[type, Callable[[Any], Awaitable[Any]]] = {
    Block: lambda effect: _in_thread(_block, effect),
    Run: _arun,
    RunAll: _arun_all,
    Atomic: lambda effect: _in_thread(_atomic, effect, keeps=True),
}

"""The drivers of steps: one that blocks (WSGI, Python calls), one that awaits (ASGI).

Invariant: the drivers differ in how they wait and in nothing else; an effect's failure, whatever it
is, is raised inside the steps, at the place that yielded it, so their `finally` runs.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Generator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any, TypeVar

from asgiref.sync import async_to_sync

from mizan.server.effects import (
    Ask,
    Atomic,
    Block,
    Effect,
    FunctionFailed,
    Run,
    RunAll,
    Steps,
    Wait,
)
from mizan.server.sync_thread import Late, finished, in_thread

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
    """Drive steps to their end: await async functions, do the rest in the sync thread.

    Where it is cancelled while something is done that cannot be stopped and may change something,
    the steps get its outcome; of what they ask for then only what is `always` done is done.
    """
    is_late = False
    try:
        effect = steps.send(None)
        while True:
            try:
                outcome = await _perform(effect, is_late)
            except Late as late:
                is_late, outcome = True, late.outcome
            except BaseException as error:  # noqa: BLE001 (raised again inside the steps)
                effect = steps.throw(error)
                continue
            effect = steps.send(outcome)
    except StopIteration as end:
        if is_late:
            raise asyncio.CancelledError from None
        return end.value  # type: ignore[no-any-return] # the generator's return type
    finally:
        steps.close()


@contextmanager
def around(steps: Steps[Any]) -> Iterator[None]:
    """Drive steps around the block of a `with` statement, which is what they run."""
    try:
        yield from _around(steps)
    finally:
        steps.close()


def _around(steps: Steps[Any]) -> Generator[None, None, Any]:
    try:
        effect = steps.send(None)
        while True:
            try:
                if isinstance(effect, Run):
                    outcome = yield
                elif isinstance(effect, Atomic):
                    with effect.open():
                        outcome = yield from _around(effect.steps)
                else:
                    outcome = _DO[type(effect)](effect)
            except BaseException as error:  # noqa: BLE001 (raised again inside the steps)
                effect = steps.throw(error)
            else:
                effect = steps.send(outcome)
    except StopIteration as end:
        return end.value


@asynccontextmanager
async def aaround(steps: Steps[Any]) -> AsyncIterator[None]:
    """Drive steps around the block of an `async with` statement, which is what they run. They open
    no transaction: that belongs to a thread, and the block is in none."""
    is_late = False
    try:
        effect = steps.send(None)
        while True:
            try:
                if isinstance(effect, Run):
                    yield
                    outcome = None
                else:
                    outcome = await _perform(effect, is_late)
            except Late as late:
                is_late, outcome = True, late.outcome
            except BaseException as error:  # noqa: BLE001 (raised again inside the steps)
                effect = steps.throw(error)
                continue
            effect = steps.send(outcome)
    except StopIteration:
        if is_late:
            raise asyncio.CancelledError from None
    finally:
        steps.close()


async def _perform(effect: Effect, is_late: bool) -> Any:
    if is_late and not (isinstance(effect, Block | Ask) and effect.always):
        raise asyncio.CancelledError
    return await _ADO[type(effect)](effect)


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


def _ask(ask: Ask) -> Any:
    return getattr(ask.store, ask.method)(*ask.args)


def _wait(wait: Wait) -> None:
    time.sleep(wait.seconds)


async def _aask(ask: Ask) -> Any:
    asked = getattr(ask.store.aio, ask.method)(*ask.args)
    return await (finished(asked) if ask.always else asked)


async def _await(wait: Wait) -> None:
    await asyncio.sleep(wait.seconds)


async def _arun(run: Run, *, keeps: bool = True) -> Any:
    if not run.is_async:
        return await in_thread(_run, run, keeps=keeps)
    value = await run.fn(run.request, **run.arguments)
    if run.blocks(value):
        return await in_thread(run.finish, value, keeps=keeps)
    return run.finish(value)


async def _arun_named(run: Run) -> Any:
    try:
        return await _arun(run, keeps=False)
    except Exception as error:
        raise FunctionFailed(run.name, error) from error


async def _arun_all(effect: RunAll) -> list[Any]:
    """Run async functions concurrently and the others, one after the other, in the sync thread.

    The first failure cancels the rest and is raised alone.
    """
    blocking = RunAll([run for run in effect.runs if not run.is_async])
    if blocking.runs and len(blocking.runs) == len(effect.runs):
        # Most often; a group of tasks would be made for nothing.
        return await in_thread(_run_all, blocking)  # type: ignore[no-any-return] # of _run_all
    try:
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(_arun_named(run)) for run in effect.runs if run.is_async]
            others = await in_thread(_run_all, blocking) if blocking.runs else []
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
    Ask: _ask,
    Wait: _wait,
}
_ADO: dict[type, Callable[[Any], Awaitable[Any]]] = {
    Block: lambda effect: in_thread(effect.call, always=effect.always),
    Run: _arun,
    RunAll: _arun_all,
    Atomic: lambda effect: in_thread(_atomic, effect, keeps=True),
    Ask: _aask,
    Wait: _await,
}

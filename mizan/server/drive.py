"""The drivers of steps: one that blocks (WSGI, Python calls), one that awaits (ASGI).

Invariant: an effect's failure is raised inside the steps, at the place that yielded it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
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
            except Exception as error:  # noqa: BLE001 (raised again inside the steps)
                effect = steps.throw(error)
            else:
                effect = steps.send(outcome)
    except StopIteration as end:
        return end.value  # type: ignore[no-any-return] # the generator's return type


async def adrive(steps: Steps[T]) -> T:
    """Drive steps to their end, awaiting async functions and sending the rest to the sync thread."""
    try:
        effect = steps.send(None)
        while True:
            try:
                outcome = await _ADO[type(effect)](effect)
            except Exception as error:  # noqa: BLE001 (raised again inside the steps)
                effect = steps.throw(error)
            else:
                effect = steps.send(outcome)
    except StopIteration as end:
        return end.value  # type: ignore[no-any-return] # the generator's return type


def _run(run: Run) -> Any:
    if run.is_async:
        return async_to_sync(run.fn)(run.request, **run.arguments)
    return run.fn(run.request, **run.arguments)


def _run_named(run: Run) -> Any:
    try:
        return _run(run)
    except Exception as error:
        raise FunctionFailed(run.name, error) from error


def _run_all(effect: RunAll) -> list[Any]:
    return [_run_named(run) for run in effect.runs]


def _atomic(effect: Atomic) -> Any:
    with effect.open():
        return drive(effect.steps)


async def _arun(run: Run) -> Any:
    if run.is_async:
        return await run.fn(run.request, **run.arguments)
    return await sync_to_async(_run)(run)


async def _arun_all(effect: RunAll) -> list[Any]:
    """Run async functions concurrently and the others, one after the other, in the sync thread."""
    outcomes: list[Any] = [None] * len(effect.runs)

    async def one(number: int, run: Run) -> None:
        try:
            outcomes[number] = await run.fn(run.request, **run.arguments)
        except Exception as error:
            raise FunctionFailed(run.name, error) from error

    def rest() -> None:
        for number, run in enumerate(effect.runs):
            if not run.is_async:
                outcomes[number] = _run_named(run)

    try:
        async with asyncio.TaskGroup() as group:
            for number, run in enumerate(effect.runs):
                if run.is_async:
                    group.create_task(one(number, run))
            if not all(run.is_async for run in effect.runs):
                group.create_task(sync_to_async(rest)())
    except BaseExceptionGroup as several:
        raise several.exceptions[0] from None
    return outcomes


async def _ablock(effect: Block) -> Any:
    return await sync_to_async(effect.call)()


async def _aatomic(effect: Atomic) -> Any:
    """The whole transaction runs in the sync thread: a transaction belongs to one thread."""
    return await sync_to_async(_atomic)(effect)


_DO: dict[type, Callable[[Any], Any]] = {
    Block: lambda effect: effect.call(),
    Run: _run,
    RunAll: _run_all,
    Atomic: _atomic,
}
_ADO: dict[type, Callable[[Any], Any]] = {
    Block: _ablock,
    Run: _arun,
    RunAll: _arun_all,
    Atomic: _aatomic,
}

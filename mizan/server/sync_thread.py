"""The sync thread: where what may block is done while an event loop runs.

Invariant: what has begun there is finished before its waiter goes on, cancelled or not; so nothing
of a request runs on behind it, and what was committed is known to be.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Coroutine
from contextlib import suppress
from contextvars import ContextVar, copy_context
from functools import partial
from typing import Any

from asgiref.sync import sync_to_async


class Late(BaseException):
    """The waiter was cancelled, and all the same there is an `outcome`."""

    def __init__(self, outcome: Any) -> None:
        super().__init__()
        self.outcome = outcome


async def in_thread(
    do: Callable[..., Any], *args: Any, keeps: bool = False, always: bool = False
) -> Any:
    """Do something in the sync thread and return its outcome, or raise what it raised.

    Where the waiter is cancelled, async functions that run there are cancelled too, and what had
    not begun is not done, unless `always`. With either flag the outcome of what was done all the
    same is raised as Late, else CancelledError is.
    """
    job = _Job(do, args)
    # A task of its own: asgiref leaves its context in disorder where it is cancelled.
    task = asyncio.ensure_future(sync_to_async(job)())
    try:
        outcome = await asyncio.shield(task)
    except asyncio.CancelledError:
        if task.cancelled():  # what was done was cancelled, not its waiter
            raise
        is_abandoned = job.decide()
        task.cancel()
        if is_abandoned and always:
            raise Late(await in_thread(do, *args)) from None
        if is_abandoned:
            raise
        await job.end()
        if not (keeps or always) or not job.outcomes:
            raise
        job.adopt()
        raise Late(job.outcomes[0]) from None
    job.adopt()
    return outcome


async def finished(work: Coroutine[Any, Any, Any]) -> Any:
    """Await something to its end. Where the waiter is cancelled, its outcome is raised as Late."""
    task = asyncio.ensure_future(work)
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        if task.cancelled():  # the work was cancelled, not its waiter
            raise
        raise Late(await task) from None


class _Job:
    """Something to do in the sync thread, whose waiter may be cancelled meanwhile."""

    def __init__(self, do: Callable[..., Any], args: tuple[Any, ...]) -> None:
        self._do = do
        self._args = args
        self._lock = threading.Lock()
        self._is_decided = False
        self._has_ended = False
        self._tell: Callable[[], Any] | None = None
        self._changes: dict[ContextVar[Any], Any] = {}
        self.outcomes: list[Any] = []

    def __call__(self) -> Any:
        if not self.decide():
            return None
        before = copy_context()
        try:
            outcome = self._do(*self._args)
        except StopIteration as error:  # no future can carry it: its waiter would wait forever
            raise RuntimeError(f"StopIteration was raised: {error!r}.") from error
        else:
            self._changes = {
                variable: value
                for variable, value in copy_context().items()
                if variable not in before or before[variable] is not value
            }
            self.outcomes.append(outcome)
            return outcome
        finally:
            with self._lock:
                self._has_ended = True
            if self._tell:
                with suppress(RuntimeError):  # the loop was closed: nobody waits
                    self._tell()

    async def end(self) -> None:
        """Wait until it has ended, for who was cancelled; others are told so by the task."""
        ended = asyncio.Event()
        with self._lock:
            if self._has_ended:
                return
            self._tell = partial(asyncio.get_running_loop().call_soon_threadsafe, ended.set)
        await ended.wait()

    def decide(self) -> bool:
        """Whether this is the first to say what becomes of it: that it begins, or never does."""
        with self._lock:
            is_first = not self._is_decided
            self._is_decided = True
            return is_first

    def adopt(self) -> None:
        """Set the context variables that it changed."""
        for variable, value in self._changes.items():
            variable.set(value)

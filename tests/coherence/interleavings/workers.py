"""Workers: each runs the server's steps as a coroutine that stops before whatever others can see.

A worker stops at a `Point` and is told how that ends. Where the server drives steps by itself, as
after a caller's commit, the worker owes them and walks them before its next point.
"""

from __future__ import annotations

import types
from collections.abc import Callable, Coroutine, Generator
from contextvars import Context, ContextVar, copy_context
from typing import Any, NamedTuple, Self

from interleavings.database import Connection, Numbers, Row
from mizan.cache.base import CacheUnavailable, Hold
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

Floor = dict[Row, Numbers]


class Point(NamedTuple):
    """Where a worker stops: `label` says before what, `outcomes` how that can end."""

    label: str
    outcomes: tuple[str, ...] = ("ok",)


_ASKED = ("ok", "down", "lost")
_COMMITTED = ("ok", "refused", "flying")


class Worker:
    """One reader, mutation or other process. `play` is told what it does (`asked`, `delivered`)."""

    def __init__(self, play: Any, number: int, name: str) -> None:
        self.play = play
        self.number = number
        self.name = name
        self.connection = Connection(play.database, number)
        self.point: Point | None = None
        self.is_dead = False
        self.history: list[Any] = []
        self.holds: list[Hold] = []
        self.doubts: set[bytes] = set()
        self.debts: list[Steps[Any]] = []
        self.pays = False
        self.floor: Floor = {}
        self.begins = False
        self.result: Any = None
        self._context: Context = copy_context()
        self._context.run(current.set, self)
        self._coroutine: Coroutine[Point, str, Any] | None = None

    def start(self, script: Callable[[], Coroutine[Any, Any, Any]]) -> None:
        self._coroutine = self._context.run(_whole, script)
        self._send(None)

    def step(self, outcome: str) -> None:
        """Do what the worker has stopped before, and go on to the next point."""
        if self.begins:
            self.begins, self.floor = False, dict(self.play.floor)
        self._send(outcome)

    def die(self) -> None:
        """Never go on. The database rolls back what was not committed."""
        self.point, self.is_dead = None, True
        self.connection.frames.clear()

    def close(self) -> None:
        if self._coroutine is not None:
            self._context.run(self._coroutine.close)

    def note(self, *what: Any) -> None:
        """Note what the worker has seen: two that saw the same go on in the same way."""
        self.history.append(what)

    def _send(self, outcome: str | None) -> None:
        assert self._coroutine is not None
        try:
            self.point = self._context.run(self._coroutine.send, outcome)  # type: ignore[arg-type]
        except StopIteration as end:
            self.point, self.result = None, end.value
            self.play.delivered()


current: ContextVar[Worker] = ContextVar("worker")


@types.coroutine
def _stop(point: Point) -> Generator[Point, str, str]:
    return (yield point)


async def stop(label: str, outcomes: tuple[str, ...] = ("ok",)) -> str:
    """Stop before something; return how it ends."""
    await pay()
    return await _stop(Point(label, outcomes))


async def pay() -> None:
    """Walk the steps that are owed, one after the other."""
    worker = current.get()
    if worker.pays:
        return
    worker.pays = True
    while worker.debts:
        await walk(worker.debts.pop(0))
    worker.pays = False


def owe(steps: Steps[Any]) -> None:
    """In place of `drive`: leave steps to be walked before the next point."""
    current.get().debts.append(steps)


async def _whole(script: Callable[[], Coroutine[Any, Any, Any]]) -> Any:
    result = await script()
    await pay()
    return result


async def walk(steps: Steps[Any]) -> Any:
    """In place of `adrive`: drive steps, stopping at each of their effects that others can see."""
    try:
        effect = steps.send(None)
        while True:
            try:
                outcome = await _DO[type(effect)](effect)
                await pay()
            except GeneratorExit:
                raise
            except BaseException as error:  # noqa: BLE001 (raised again inside the steps)
                effect = steps.throw(error)
            else:
                effect = steps.send(outcome)
    except StopIteration as end:
        return end.value
    finally:
        steps.close()


class Transaction:
    """A transaction, or a savepoint within one."""

    async def __aenter__(self) -> Self:
        current.get().connection.begin()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: types.TracebackType | None,
    ) -> None:
        worker = current.get()
        connection = worker.connection
        if error is not None:
            connection.roll_back()
        elif len(connection.frames) > 1:
            connection.end_savepoint()
        else:
            outcome = await stop("commit", _COMMITTED)
            worker.note("commit", outcome)
            connection.commit(outcome)
            await pay()


async def select(row: Row) -> list[int]:
    """Read a row: one statement."""
    await stop("select")
    worker = current.get()
    found = sorted(worker.connection.value(row))
    worker.note("select", frozenset(found))
    return found


async def change(row: Row) -> None:
    """Change a row: one statement, which others see at once where no transaction is open."""
    worker = current.get()
    await stop("write" if worker.connection.frames else "change")
    worker.note("write", row)
    worker.connection.change(row)


async def ask(ask: Ask) -> Any:
    outcome = await stop(ask.method, _ASKED)
    worker = current.get()
    if outcome == "down":
        worker.note(ask.method, outcome)
        raise CacheUnavailable(outcome)
    result = getattr(ask.store, ask.method)(*ask.args)
    mine = [each.id for each in ask.args if isinstance(each, Hold)]
    if outcome == "lost":
        worker.note(ask.method, outcome, *mine)
        worker.play.asked(worker, ask, certain=False)
        raise CacheUnavailable(outcome)
    worker.note(ask.method, result, *mine)
    worker.play.asked(worker, ask, certain=True)
    return result


async def _block(block: Block) -> Any:
    """Only what asks the database can be seen by others."""
    name = getattr(getattr(block.call, "func", None), "__name__", "")
    if name in ("remember", "delivered"):
        await stop(name)
        current.get().note(name)
    return block.call()


async def _run(run: Run) -> Any:
    value = run.fn(run.request, **run.arguments)
    value = (await value) if run.is_async else value
    await pay()
    return run.finish(value)


async def _run_all(effect: RunAll) -> list[Any]:
    results = []
    for run in effect.runs:
        try:
            results.append(await _run(run))
        except Exception as error:
            raise FunctionFailed(run.name, error) from error
    return results


async def _atomic(effect: Atomic) -> Any:
    async with effect.open():  # type: ignore[attr-defined] # a Transaction, of this host
        return await walk(effect.steps)


async def _wait(wait: Wait) -> None:
    """Let others go: every step but this one is theirs to take first."""
    current.get().note("wait")


_DO: dict[type[Effect], Callable[[Any], Coroutine[Any, Any, Any]]] = {
    Ask: ask,
    Block: _block,
    Run: _run,
    RunAll: _run_all,
    Atomic: _atomic,
    Wait: _wait,
}

"""One schedule of a scenario: what can happen next, that it happens, and what was promised.

The promise: no read is older than the `floor` of its row when it began. A change that its worker
held guards for raises it as soon as it is committed, any other once its worker has ended and
nothing of it waits in the outbox. When all is over each row is read as it is, and then kept.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Coroutine, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any, NamedTuple
from unittest.mock import patch

from interleavings.app import NAME, ROWS, catalog
from interleavings.database import Database, Row
from interleavings.stores import Store
from interleavings.workers import Worker, ask, current, owe, stop, walk
from mizan.cache.base import CacheUnavailable
from mizan.server import cached, coherence, direct, pipeline, reads
from mizan.server.effects import Ask
from mizan.server.host import Incoming, Reply

Script = Callable[["Play"], Coroutine[Any, Any, Any]]


class StaleError(AssertionError):
    """The promise was broken; the text has the schedule."""


class Action(NamedTuple):
    """What can happen: `kind` of it, to which worker or commit, and how it ends."""

    kind: str
    at: int = 0
    outcome: str = "ok"

    @property
    def is_fault(self) -> bool:
        return self.outcome != "ok" or self.kind in ("die", "evict")


@dataclass(frozen=True)
class Scenario:
    """Workers, by the name of what they do: those of one name are alike.

    `faults`: how points may end but well, `die`, and `evict`; `budget`: how many of them happen in
    one schedule; `grain`: the points that others may come between (None: all); `warm`: whether the
    rows are in the cache at first; `frail`: whether a death may leave something stale, as nothing
    is promised of what is changed without a transaction and was not declared.
    """

    name: str
    workers: tuple[tuple[str, Script], ...]
    faults: frozenset[str] = frozenset()
    budget: int = 1
    grain: frozenset[str] | None = None
    warm: bool = False
    frail: bool = False


@contextmanager
def stepping() -> Iterator[None]:
    """Let the server's steps be walked by workers, and let a reader wait but once."""
    with ExitStack() as stack:
        stack.enter_context(patch.object(coherence, "drive", owe))
        stack.enter_context(patch.object(coherence.logger, "disabled", True))
        stack.enter_context(patch.object(direct, "adrive", walk))
        stack.enter_context(patch.object(cached, "_FIRST_PAUSE", 1.0))
        yield


class Play:
    """A schedule as far as it has come. `log` says what happened."""

    def __init__(self, scenario: Scenario, store: Store) -> None:
        store.reset()
        self.scenario = scenario
        self.store = store
        self.catalog = catalog()
        self.catalog.host.cache = store.cache
        self.database = Database(self._applied)
        self.floor: dict[Row, frozenset[int]] = {}
        self.budget = scenario.budget
        self.log: list[str] = []
        self.workers: list[Worker] = []
        self.pending: dict[int, set[Row]] = {}
        self._guards = {row: self._tags(row) for row in ROWS}
        self._claims: dict[str, None] = {}
        if scenario.warm:
            for row in ROWS:
                self._fresh(row)
        self.made = [self._worker(name, script) for name, script in scenario.workers]

    def _tags(self, row: Row) -> tuple[str, ...]:
        return self.catalog.slots.tags(NAME, dict(zip("ab", row, strict=True)))

    def _worker(self, name: str, script: Script) -> Worker:
        worker = Worker(self, len(self.workers), name)
        self.workers.append(worker)
        worker.start(lambda: script(self))
        self._run_on(worker)
        return worker

    def _run_on(self, worker: Worker) -> None:
        """Go on over the points that nobody may come between."""
        grain = self.scenario.grain
        while grain is not None and worker.point and worker.point.label not in grain:
            worker.step("ok")

    # What can happen.

    def actions(self) -> list[Action]:
        found = []
        for worker in self.workers:
            if worker.point:
                found.append(Action("go", worker.number))
                found += [Action(*each) for each in self._faults(worker)]
            elif self._leftover(worker):
                found.append(Action("expire", worker.number))
        found += [Action("land", index) for index in range(len(self.database.flying))]
        if self.budget and "evict" in self.scenario.faults and not self._is_held():
            found.append(Action("evict"))
        return found if any(w.point for w in self.workers) or self.database.flying else []

    def _faults(self, worker: Worker) -> Iterator[tuple[str, int, str]]:
        assert worker.point is not None
        if not self.budget:
            return
        for outcome in worker.point.outcomes[1:]:
            if outcome in self.scenario.faults:
                yield "go", worker.number, outcome
        if "die" in self.scenario.faults:
            yield "die", worker.number, "ok"

    def _leftover(self, worker: Worker) -> bool:
        """Whether a worker that is over has left holds, and no commit of it is on its way."""
        flies = any(frame.owner == worker.number for frame in self.database.flying)
        return bool(worker.holds) and not flies

    def _is_held(self) -> bool:
        return any(worker.holds for worker in self.workers)

    def do(self, action: Action) -> None:
        kind, at, outcome = action
        self.budget -= action.is_fault
        getattr(self, f"_{kind}")(at, outcome)

    def _go(self, at: int, outcome: str) -> None:
        worker = self.workers[at]
        assert worker.point is not None
        self._say(worker, worker.point.label + ("" if outcome == "ok" else f": {outcome}"))
        worker.step(outcome)
        self._run_on(worker)

    def _die(self, at: int, outcome: str) -> None:
        worker = self.workers[at]
        self._say(worker, f"dies before {worker.point and worker.point.label}")
        worker.die()
        self._unclaim()  # that others wait is played by two readers

    def _expire(self, at: int, outcome: str) -> None:
        worker = self.workers[at]
        self._say(worker, "its hold expires")
        for hold in worker.holds:
            self.store.expire(hold.id)
        worker.holds.clear()

    def _land(self, at: int, outcome: str) -> None:
        frame = self.database.flying[at]
        self._say(self.workers[frame.owner], "its commit lands")
        self.database.land(frame)

    def _evict(self, at: int, outcome: str) -> None:
        self.log.append("the store evicts every stamp")
        for guards in self._guards.values():
            for guard in guards:
                self.store.evict(guard)

    def _unclaim(self) -> None:
        """Let every claim pass."""
        for key in self._claims:
            self.store.unclaim(key)
        self._claims.clear()

    def _say(self, worker: Worker, what: str) -> None:
        self.log.append(f"{worker.name} {worker.number}: {what}")

    # What is promised.

    def asked(self, worker: Worker, ask: Ask, *, certain: bool) -> None:
        hold = ask.args[0]
        if ask.method == "begin":
            self._claims[hold] = None
        elif ask.method == "hold":
            worker.holds.append(hold)
            worker.doubts |= set() if certain else {hold.id}
        elif ask.method in ("renew", "release") and certain:
            worker.holds[:] = [each for each in worker.holds if each.id != hold.id]

    def _applied(self, owner: int, rows: list[Row]) -> None:
        worker = self.workers[owner]
        sure = [each for each in worker.holds if each.id not in worker.doubts]
        held = {guard for hold in sure for guard in hold.guards}
        for row in rows:
            if held.isdisjoint(self._guards[row]):
                self.pending.setdefault(owner, set()).add(row)
            else:
                self._promise(owner, row)

    def _promise(self, owner: int, row: Row) -> None:
        self.floor[row] = self.floor.get(row, frozenset()) | {owner}

    def is_over(self, owner: int) -> bool:
        """Whether a worker will do no more."""
        return self.workers[owner].point is None

    def delivered(self, owners: frozenset[int] = frozenset()) -> None:
        """Promise what is over and waits in the outbox no more; also of the dead, of `owners`."""
        waiting = {purge.owner for purge in self.database.outbox.values()}
        for owner in [each for each in self.pending if each not in waiting]:
            is_promised = owner in owners or not self.workers[owner].is_dead
            if is_promised and self.is_over(owner):
                for row in self.pending.pop(owner):
                    self._promise(owner, row)

    def check(self, worker: Worker, row: Row, reply: Reply) -> None:
        """Hold a reply to what was promised when its read began."""
        if reply.status != 200:
            self.fail(f"{worker.name} {worker.number} was answered with {reply.status}")
        (found,) = json.loads(reply.body).values()
        missing = worker.floor.get(row, frozenset()) - frozenset(found)
        if missing:
            self.fail(f"{worker.name} {worker.number} read {row} without the changes {missing}")

    def fail(self, why: str) -> None:
        raise StaleError("\n  ".join([f"{self.scenario.name}: {why}", *self.log]))

    def end(self) -> None:
        """Let all that is left come to its end; then read every row, twice."""
        self.database.flying.clear()
        for worker in self.workers:
            for hold in worker.holds:
                self.store.expire(hold.id)
        self._unclaim()
        self._alone("outbox", deliver)
        for row in ROWS:
            self._is_current(row)

    def _is_current(self, row: Row) -> None:
        first, second = self._fresh(row), self._fresh(row)
        for reply in (first, second):
            (found,) = json.loads(reply.body).values()
            if frozenset(found) != self.database.value(row) and not self._is_excused(row):
                self.fail(f"when all is over {row} is {found}, not {self.database.value(row)}")
        if second.headers["Cache-Status"] != "mizan; hit":
            self.fail(f"when all is over {row} is not kept: {second.headers['Cache-Status']}")

    def _is_excused(self, row: Row) -> bool:
        dead = {worker.number for worker in self.workers if worker.is_dead}
        return self.scenario.frail and any(row in self.pending.get(each, ()) for each in dead)

    def _fresh(self, row: Row) -> Reply:
        return self._alone("fresh", lambda play: read_row(play, row))

    def _alone(self, name: str, script: Script) -> Any:
        """Run one more worker from begin to end."""
        worker = Worker(self, len(self.workers), name)
        worker.start(lambda: script(self))
        while worker.point:
            worker.step("ok")
        return worker.result

    def close(self) -> None:
        for worker in self.workers:
            worker.close()


async def read_row(play: Play, row: Row) -> Reply:
    """Read a row over HTTP."""
    worker = current.get()
    worker.begins = True
    worker.history.clear()
    incoming = Incoming("GET", b"", "a={}&b={}".format(*row))
    steps = reads.read(play.catalog, incoming, NAME)
    reply: Reply = await walk(pipeline.respond(play.catalog, incoming, steps))
    play.check(worker, row, reply)
    return reply


async def deliver(play: Play) -> None:
    """Deliver what waits in the outbox, as a worker does after a request."""
    await stop("rows")
    worker = current.get()
    outbox = play.database.outbox
    due = [each for each in outbox.values() if not each.delayed or play.is_over(each.owner)]
    worker.note("rows", *(each.number for each in due))
    if not due:
        return
    tags = play.catalog.slots.guards(target for each in due for target in each.targets)
    try:
        await ask(Ask(play.store.cache, "purge", (tags,)))
    except CacheUnavailable:
        return
    await stop("delivered")
    for each in due:
        outbox.pop(each.number, None)
    play.delivered(frozenset(each.owner for each in due))

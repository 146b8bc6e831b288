"""The steps of a world in any order that Hypothesis finds: one machine for every backend."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    MultipleResults,
    RuleBasedStateMachine,
    consumes,
    initialize,
    multiple,
    rule,
)

from mizan.cache.base import State
from mizan.protocol.targets import Target
from promise.stores import Store
from promise.world import CELLS, TARGETS, Cell, Mutation, Reader, Worker, World, key_of

cells = st.sampled_from(CELLS)
targets = st.sampled_from(TARGETS)

Maybe = MultipleResults[Any]


class Schedule(RuleBasedStateMachine):
    """Readers and mutations of one world, each at the step that its bundle says."""

    make: Callable[[], Store]
    worker: type[Worker]
    restarts: int

    missed = Bundle("missed")
    waiting = Bundle("waiting")
    computing = Bundle("computing")
    computed = Bundle("computed")
    opened = Bundle("opened")
    held = Bundle("held")
    doubtful = Bundle("doubtful")
    committed = Bundle("committed")
    unheld = Bundle("unheld")
    dead = Bundle("dead")

    @initialize()
    def start(self) -> None:
        store = type(self).make()
        store.flush()
        self.world = World(store, self.worker)
        self.left = self.restarts

    # A reader.

    @rule(target=missed, cell=cells)
    def read(self, cell: Cell) -> Reader | Maybe:
        reader = self.world.read(cell)
        return multiple() if reader.over else reader

    @rule(cell=cells)
    def fill(self, cell: Cell) -> None:
        self.world.fill(cell)

    @rule(target=computing, reader=consumes(missed))
    def begin(self, reader: Reader) -> Reader | Maybe:
        state = self.world.begin(reader)
        if state is State.BUSY:
            self.world.wait(reader)
        return reader if state is State.MISS else multiple()

    @rule(target=waiting, cell=cells)
    def begin_behind(self, cell: Cell) -> Reader | Maybe:
        reader = self.world.read(cell)
        if reader.over:
            return multiple()
        return reader if self.world.begin(reader) is State.BUSY else multiple()

    @rule(reader=consumes(waiting))
    def wait(self, reader: Reader) -> None:
        self.world.wait(reader)

    @rule(target=computed, reader=consumes(computing))
    def compute(self, reader: Reader) -> Reader:
        self.world.compute(reader)
        return reader

    @rule(reader=consumes(computed))
    def put(self, reader: Reader) -> None:
        self.world.put(reader)

    @rule(reader=consumes(computed), alone=st.booleans())
    def abandon(self, reader: Reader, alone: bool) -> None:
        self.world.abandon(reader, alone=alone)

    # A mutation.

    @rule(target=opened, of=st.lists(targets, min_size=1, max_size=2))
    def transaction(self, of: list[Target]) -> Mutation:
        return self.world.transaction(*of)

    @rule(mutation=opened, of=targets, kept=st.booleans())
    def savepoint(self, mutation: Mutation, of: Target, kept: bool) -> None:
        if mutation.hold.guards == ():
            self.world.savepoint(mutation, of, kept=kept)

    @rule(target=held, mutation=consumes(opened))
    def hold(self, mutation: Mutation) -> Mutation:
        self.world.hold(mutation)
        return mutation

    @rule(target=committed, mutation=consumes(held))
    def commit(self, mutation: Mutation) -> Mutation:
        self.world.commit(mutation)
        return mutation

    @rule(mutation=consumes(held))
    def roll_back(self, mutation: Mutation) -> None:
        self.world.roll_back(mutation)

    @rule(target=doubtful, mutation=consumes(held))
    def doubt(self, mutation: Mutation) -> Mutation:
        self.world.doubt(mutation)
        return mutation

    @rule(target=dead, mutation=consumes(doubtful), lands=st.booleans())
    def resolve(self, mutation: Mutation, lands: bool) -> Mutation:
        self.world.resolve(mutation, lands=lands)
        return mutation

    @rule(mutation=consumes(committed))
    def renew(self, mutation: Mutation) -> None:
        self.world.renew(mutation)

    @rule(target=dead, mutation=consumes(committed))
    def die(self, mutation: Mutation) -> Mutation:
        self.world.die(mutation)
        return mutation

    @rule(mutation=consumes(dead))
    def expire(self, mutation: Mutation) -> None:
        self.world.expire(mutation)

    @rule(target=unheld, of=targets)
    def commit_unheld(self, of: Target) -> Mutation:
        return self.world.commit_unheld(of)

    @rule(mutation=consumes(unheld))
    def deliver(self, mutation: Mutation) -> None:
        self.world.deliver(mutation)

    # The store.

    @rule(cell=cells)
    def expire_claim(self, cell: Cell) -> None:
        self.world.store.expire_claim(key_of(cell))

    @rule(cell=cells)
    def evict(self, cell: Cell) -> None:
        self.world.store.evict(key_of(cell))

    @rule(cell=cells, number=st.integers(0, 3))
    def evict_guard(self, cell: Cell, number: int) -> None:
        guards = self.world.worker.guards(cell)
        self.world.store.evict_guard(guards[number % len(guards)])

    @rule()
    def flush(self) -> None:
        self.world.lose_everything(restart=False)

    @rule()
    def restart(self) -> None:
        if self.left:
            self.left -= 1
            self.world.lose_everything(restart=True)

    def teardown(self) -> None:
        if not hasattr(self, "world"):
            return
        try:
            self.world.end()
        finally:
            self.world.store.close()


def schedules(
    make: Callable[[], Store], worker: type[Worker] = Worker, *, restarts: int = 2
) -> type[Schedule]:
    """Return the machine for a backend, each run of which has a store of its own from `make`, and
    restarts it so often at most."""
    parts = {"make": staticmethod(make), "worker": worker, "restarts": restarts}
    return type(f"{worker.__name__}Schedule", (Schedule,), parts)

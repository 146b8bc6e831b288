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
    precondition,
    rule,
)

from mizan.cache.base import State
from mizan.protocol.targets import Target
from promise.stores import Store
from promise.world import CELLS, TARGETS, Cell, Mutation, Reader, Worker, World, key_of

# One cell and one target are met most often: what goes wrong takes several steps about the same.
cells = st.sampled_from((*CELLS[:1] * 3, *CELLS))
targets = st.sampled_from((*TARGETS[:1] * 2, *TARGETS))

Maybe = MultipleResults[Any]


class Schedule(RuleBasedStateMachine):
    """Readers and mutations of one world, each at the step that its bundle says."""

    make: Callable[[], Store]
    worker: type[Worker]
    restarts: int

    missed = Bundle("missed")
    computing = Bundle("computing")
    computed = Bundle("computed")
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
        self.waiting: list[Reader] = []
        self.left = self.restarts

    # A reader.

    @rule(target=missed, cell=cells)
    def read(self, cell: Cell) -> Reader | Maybe:
        reader = self.world.read(cell)
        return multiple() if reader.over else reader

    @rule(target=computing, reader=consumes(missed), late=st.booleans())
    def begin(self, reader: Reader, late: bool) -> Reader | Maybe:
        if late:
            self.world.store.expire_claim(key_of(reader.cell))
        state = self.world.begin(reader)
        if state is State.BUSY:
            self.waiting.append(reader)
        return reader if state is State.MISS else multiple()

    @rule(target=computed, reader=consumes(computing))
    def compute(self, reader: Reader) -> Reader:
        self.world.compute(reader)
        return reader

    @rule(target=computed, cell=cells, late=st.booleans())
    def prepare(self, cell: Cell, late: bool) -> Reader | Maybe:
        """Do all but the last step of a reader at once."""
        if late:
            self.world.store.expire_claim(key_of(cell))
        reader = self.world.read(cell)
        if reader.over or self.world.begin(reader) is not State.MISS:
            reader.over = True
            return multiple()
        self.world.compute(reader)
        return reader

    @rule(reader=consumes(computed), end=st.sampled_from(["put", "abandon", "alone"]))
    def finish(self, reader: Reader, end: str) -> None:
        if end == "put":
            self.world.put(reader)
        else:
            self.world.abandon(reader, alone=end == "alone")

    @precondition(lambda self: self.waiting)
    @rule()
    def wait(self) -> None:
        self.world.wait(self.waiting.pop(0))

    @rule(cell=cells, late=st.booleans())
    def fill(self, cell: Cell, late: bool) -> None:
        if late:
            self.world.store.expire_claim(key_of(cell))
        self.world.fill(cell)

    @rule()
    def look(self) -> None:
        for cell in CELLS:
            self.world.read(cell).over = True

    def _look_if(self, look: bool) -> None:
        """Look at once, when what is old shows, and nothing has yet taken it away."""
        if look:
            self.look()

    # A mutation.

    @rule(target=held, of=targets, nested=st.none() | st.tuples(targets, st.booleans()))
    def hold(self, of: Target, nested: tuple[Target, bool] | None) -> Mutation:
        mutation = self.world.transaction(of)
        if nested:
            self.world.savepoint(mutation, nested[0], kept=nested[1])
        self.world.hold(mutation)
        return mutation

    @rule(target=committed, mutation=consumes(held), look=st.booleans())
    def commit(self, mutation: Mutation, look: bool) -> Mutation:
        self.world.commit(mutation)
        self._look_if(look)
        return mutation

    @rule(mutation=consumes(held))
    def roll_back(self, mutation: Mutation) -> None:
        self.world.roll_back(mutation)

    @rule(target=doubtful, mutation=consumes(held))
    def doubt(self, mutation: Mutation) -> Mutation:
        self.world.doubt(mutation)
        return mutation

    @rule(target=dead, mutation=consumes(doubtful), lands=st.booleans(), look=st.booleans())
    def resolve(self, mutation: Mutation, lands: bool, look: bool) -> Mutation:
        self.world.resolve(mutation, lands=lands)
        self._look_if(look)
        return mutation

    @rule(mutation=consumes(committed), look=st.booleans())
    def renew(self, mutation: Mutation, look: bool) -> None:
        self.world.renew(mutation)
        self._look_if(look)

    @rule(target=dead, mutation=consumes(committed))
    def die(self, mutation: Mutation) -> Mutation:
        self.world.die(mutation)
        return mutation

    @rule(mutation=consumes(dead))
    def expire(self, mutation: Mutation) -> None:
        self.world.expire(mutation)

    @rule(target=unheld, of=st.lists(targets, min_size=1, max_size=2))
    def commit_unheld(self, of: list[Target]) -> Mutation:
        return self.world.commit_unheld(*of)

    @rule(mutation=consumes(unheld), look=st.booleans())
    def deliver(self, mutation: Mutation, look: bool) -> None:
        self.world.deliver(mutation)
        self._look_if(look)

    @rule(of=targets, look=st.booleans())
    def mutate(self, of: Target, look: bool) -> None:
        mutation = self.world.transaction(of)
        self.world.hold(mutation)
        self.world.commit(mutation)
        self.world.renew(mutation)
        self._look_if(look)

    @rule(other=held)
    def roll_back_beside(self, other: Mutation) -> None:
        """Hold what another holds, and roll back."""
        mutation = self.world.transaction(*other.targets)
        self.world.hold(mutation)
        self.world.roll_back(mutation)

    # The store.

    @rule(cell=cells, what=st.sampled_from(["entry", "guard"]), number=st.integers(0, 3))
    def forget(self, cell: Cell, what: str, number: int) -> None:
        if what == "entry":
            self.world.store.evict(key_of(cell))
        else:
            guards = self.world.worker.guards(cell)
            self.world.evict_guard(guards[number % len(guards)])

    @rule(restart=st.booleans())
    def lose_everything(self, restart: bool) -> None:
        if not restart or self.left:
            self.left -= restart
            self.world.lose_everything(restart=restart)

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

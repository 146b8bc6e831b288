"""A plain model of the promise: a database of few cells, its readers and its mutations.

Every step of a reader or a mutation is a method, so any interleaving can be played on any backend.
The promise: no entry that is read is older than `floor`, the version of its cell that the last
mutation left behind. A mutation that holds its guards raises it at its commit, any other at its
acknowledgement: while a hold was lost, or could not be taken, nothing else is promised.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from itertools import product

from mizan.cache.base import Begun, Found, Hold, State
from mizan.protocol.guards import instance_guards, tag, target_guard
from mizan.protocol.targets import Instance, Target, matches
from promise.stores import Store

SCOPE = ("a", "b")
VALUES = (1, 2)
Cell = tuple[int, int]
CELLS: tuple[Cell, ...] = tuple(product(VALUES, VALUES))
TARGETS = tuple(
    Target("shop", tuple((name, value) for name, value in zip(SCOPE, pair, strict=True) if value))
    for pair in product((None, *VALUES), repeat=2)
)


NO_HOLD = Hold(())
NOT_BEGUN = Begun(State.HELD)


class StaleError(AssertionError):
    """The promise was broken."""


class Stage(Enum):
    """How far a mutation has come."""

    OPEN = "open"
    HELD = "held"
    DOUBTFUL = "doubtful"
    COMMITTED = "committed"
    UNHELD = "unheld"
    DEAD = "dead"
    OVER = "over"


@dataclass(eq=False)
class Mutation:
    targets: list[Target]
    stage: Stage = Stage.OPEN
    hold: Hold = NO_HOLD
    lost: bool = False
    """The store forgot the hold while it was needed."""
    versions: dict[Cell, int] = field(default_factory=dict)


@dataclass(eq=False)
class Reader:
    cell: Cell
    found: Found
    begun: Begun = NOT_BEGUN
    version: int | None = None
    over: bool = False


def instance(cell: Cell) -> Instance:
    return Instance("shop", tuple(zip(SCOPE, cell, strict=True)))


def key_of(cell: Cell) -> str:
    return f"mizan:1:e:shop:{cell[0]}{cell[1]}"


class Worker:
    """How one worker uses the cache; what is planted in the tests is done otherwise here."""

    def __init__(self, store: Store) -> None:
        self.store = store

    def guards(self, cell: Cell) -> tuple[str, ...]:
        return tuple(map(tag, instance_guards(instance(cell), SCOPE)))

    def read(self, cell: Cell) -> Found:
        return self.store.cache.read(key_of(cell), self.guards(cell))

    def begin(self, cell: Cell, found: Found) -> Begun:
        return self.store.cache.begin(key_of(cell), found, self.guards(cell))

    def put(self, cell: Cell, begun: Begun, payload: bytes) -> None:
        self.store.cache.store(key_of(cell), self.guards(cell), begun, payload, 3600)

    def abandon(self, cell: Cell, begun: Begun, *, alone: bool) -> None:
        self.store.cache.abandon(key_of(cell), begun, alone)

    def hold(self, hold: Hold) -> None:
        self.store.cache.hold(hold)

    def doubt(self, hold: Hold) -> None:
        """Do nothing: the hold of a mutation that may yet commit has to expire."""

    def release(self, hold: Hold) -> None:
        self.store.cache.release(hold)

    def renew(self, hold: Hold) -> None:
        self.store.cache.renew(hold)

    def purge(self, guards: tuple[str, ...]) -> None:
        self.store.cache.purge(guards)


class World:
    """A database, a cache, readers and mutations."""

    def __init__(self, store: Store, worker: type[Worker] = Worker) -> None:
        self.store = store
        self.worker = worker(store)
        self.version = 0
        self.database = dict.fromkeys(CELLS, 0)
        self.floor = dict.fromkeys(CELLS, 0)
        self.mutations: list[Mutation] = []
        self.readers: list[Reader] = []
        self.hits = 0

    # A reader.

    def read(self, cell: Cell) -> Reader:
        found = self.worker.read(cell)
        reader = Reader(cell, found, over=found.state is State.HIT)
        self._check(reader)
        self.readers.append(reader)
        return reader

    def begin(self, reader: Reader) -> State:
        reader.begun = self.worker.begin(reader.cell, reader.found)
        reader.over = reader.begun.state in {State.HELD, State.ALONE}  # computes, stores nothing
        return reader.begun.state

    def wait(self, reader: Reader) -> None:
        reader.found = self.worker.read(reader.cell)
        reader.over = True
        self._check(reader)

    def compute(self, reader: Reader) -> None:
        reader.version = self.database[reader.cell]

    def put(self, reader: Reader) -> None:
        reader.over = True
        self.worker.put(reader.cell, reader.begun, b"%d" % (reader.version or 0))

    def abandon(self, reader: Reader, *, alone: bool) -> None:
        reader.over = True
        self.worker.abandon(reader.cell, reader.begun, alone=alone)

    def fill(self, cell: Cell) -> State:
        """Read a cell from begin to end, and return what the reader could do at last."""
        reader = self.read(cell)
        if reader.over:
            return State.HIT
        if self.begin(reader) is State.MISS:
            self.compute(reader)
            self.put(reader)
        reader.over = True
        return reader.begun.state

    # A mutation.

    def transaction(self, *targets: Target) -> Mutation:
        mutation = Mutation(list(targets))
        self.mutations.append(mutation)
        return mutation

    def savepoint(self, mutation: Mutation, target: Target, *, kept: bool) -> None:
        """Write within a savepoint, which takes its targets along where it rolls back."""
        before = len(mutation.targets)
        mutation.targets.append(target)
        if not kept:
            del mutation.targets[before:]

    def hold(self, mutation: Mutation) -> None:
        mutation.hold = Hold(self._guards(mutation))
        self.worker.hold(mutation.hold)
        mutation.stage = Stage.HELD

    def commit(self, mutation: Mutation) -> None:
        self._write(mutation)
        mutation.stage = Stage.COMMITTED

    def roll_back(self, mutation: Mutation) -> None:
        if mutation.stage is Stage.HELD:
            self.worker.release(mutation.hold)
        mutation.stage = Stage.OVER

    def doubt(self, mutation: Mutation) -> None:
        """Lose the connection to the database while it commits, or die then."""
        self.worker.doubt(mutation.hold)
        mutation.stage = Stage.DOUBTFUL

    def resolve(self, mutation: Mutation, *, lands: bool) -> None:
        """End the commit that nobody waits for."""
        if lands:
            self._write(mutation)
        mutation.stage = Stage.DEAD

    def renew(self, mutation: Mutation) -> None:
        self.worker.renew(mutation.hold)
        self._acknowledge(mutation)

    def die(self, mutation: Mutation) -> None:
        """Be killed after the commit."""
        mutation.stage = Stage.DEAD

    def expire(self, mutation: Mutation) -> None:
        """Let the hold of one who is dead end."""
        self.store.expire(mutation.hold)
        mutation.stage = Stage.OVER

    def commit_unheld(self, *targets: Target) -> Mutation:
        """Commit without a hold, as when the cache cannot be reached: an outbox has the purge."""
        mutation = self.transaction(*targets)
        mutation.lost = True
        self._write(mutation)
        mutation.stage = Stage.UNHELD
        return mutation

    def deliver(self, mutation: Mutation) -> None:
        self.worker.purge(self._guards(mutation))
        self._acknowledge(mutation)

    # The store.

    def evict_guard(self, guard: str) -> None:
        """Evict a guard, if nobody can be holding it: no store is asked to evict those."""
        holders = (m for m in self.mutations if m.stage not in {Stage.OPEN, Stage.OVER})
        if not any(guard in mutation.hold.guards for mutation in holders):
            self.store.evict_guard(guard)

    def lose_everything(self, *, restart: bool) -> None:
        (self.store.restart if restart else self.store.flush)()
        for mutation in self.mutations:
            mutation.lost = mutation.lost or mutation.stage is not Stage.OPEN

    # The promise.

    def end(self) -> None:
        """Let everything end, at worst in an order that leaves something behind; then read."""
        for mutation in self.mutations:
            if mutation.stage in {Stage.OPEN, Stage.HELD}:
                self.roll_back(mutation)
            if mutation.stage is Stage.COMMITTED:
                self.renew(mutation)
            if mutation.stage is Stage.UNHELD:
                self.deliver(mutation)
            if mutation.stage is Stage.DOUBTFUL:
                self.resolve(mutation, lands=True)
            if mutation.stage is Stage.DEAD:
                self.expire(mutation)
        for reader in self.readers:
            if not reader.over and reader.version is not None:
                self.put(reader)
        for cell in CELLS:
            self._is_useful(cell)

    def _is_useful(self, cell: Cell) -> None:
        """Hold that a cell is current, and cached from now on."""
        self.store.expire_claim(key_of(cell))
        state = self.fill(cell)
        if state not in {State.HIT, State.MISS} or self.fill(cell) is not State.HIT:
            raise AssertionError(f"Nobody holds {cell}, but it is {state}, and then not cached.")

    def _check(self, reader: Reader) -> None:
        if reader.found.state is not State.HIT:
            return
        self.hits += 1
        floor = self.floor[reader.cell]
        if int(reader.found.payload) < floor:
            raise StaleError(f"{reader.cell} is {reader.found.payload!r}, older than {floor}.")

    def _guards(self, mutation: Mutation) -> tuple[str, ...]:
        return tuple(dict.fromkeys(tag(target_guard(one, SCOPE)) for one in mutation.targets))

    def _write(self, mutation: Mutation) -> None:
        self.version += 1
        for cell in CELLS:
            if any(matches(target, instance(cell)) for target in mutation.targets):
                self.database[cell] = mutation.versions[cell] = self.version
        if not mutation.lost:
            self._promise(mutation)

    def _acknowledge(self, mutation: Mutation) -> None:
        self._promise(mutation)
        mutation.stage = Stage.OVER

    def _promise(self, mutation: Mutation) -> None:
        for cell, version in mutation.versions.items():
            self.floor[cell] = max(self.floor[cell], version)

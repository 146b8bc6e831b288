"""Workers that do one thing wrong, each with a schedule that shows it."""

from __future__ import annotations

from collections.abc import Callable

from mizan.cache.base import Begun, Found, Hold, State
from mizan.protocol.targets import Target
from promise.stores import Store
from promise.world import TARGETS, Cell, Worker, World, key_of

CELL: Cell = (1, 1)
BROAD = TARGETS[0]
Schedule = Callable[[World], None]


class StampNotCompared(Worker):
    """Takes an entry whatever its stamps are, while no guard is held or missing."""

    def __init__(self, store: Store) -> None:
        super().__init__(store)
        self._stored: dict[str, bytes] = {}

    def read(self, cell: Cell) -> Found:
        found = super().read(cell)
        stored = self._stored.get(key_of(cell))
        if stored is None or None in found.stamps:
            return found
        return Found(State.HIT, stored, found.stamps)

    def put(self, cell: Cell, begun: Begun, payload: bytes) -> None:
        super().put(cell, begun, payload)
        self._stored[key_of(cell)] = payload


class NoHold(Worker):
    """Purges after the commit, and does nothing before it."""

    def hold(self, hold: Hold) -> None:
        pass

    def release(self, hold: Hold) -> None:
        pass

    def renew(self, hold: Hold) -> None:
        self.purge(hold.guards)


class PurgeBeforeCommit(Worker):
    """Does before the commit what has to be done after it."""

    def hold(self, hold: Hold) -> None:
        super().hold(hold)
        super().renew(hold)

    def renew(self, hold: Hold) -> None:
        pass


class ReleaseInDoubt(Worker):
    """Releases a hold although the mutation may yet commit."""

    def doubt(self, hold: Hold) -> None:
        self.release(hold)


class StampsAfterwards(Worker):
    """Takes the stamps when it stores, not before it computes."""

    def put(self, cell: Cell, begun: Begun, payload: bytes) -> None:
        self.abandon(cell, begun, alone=False)
        fresh = self.begin(cell, self.read(cell))
        if fresh.state is State.MISS:
            super().put(cell, fresh, payload)


class TooFewGuards(Worker):
    """Has an entry under the guard of all its parameters only."""

    def guards(self, cell: Cell) -> tuple[str, ...]:
        return super().guards(cell)[-1:]


class HoldsOfOthersReleased(Worker):
    """Ends every hold of a guard where its own ends."""

    def __init__(self, store: Store) -> None:
        super().__init__(store)
        self._all: list[Hold] = []

    def hold(self, hold: Hold) -> None:
        super().hold(hold)
        self._all.append(hold)

    def release(self, hold: Hold) -> None:
        for other in (hold, *self._all):
            super().release(other)


def late_store(world: World) -> None:
    """A read that began before a mutation stores after it."""
    reader = world.read(CELL)
    world.begin(reader)
    world.compute(reader)
    mutation = world.transaction(BROAD)
    world.hold(mutation)
    world.commit(mutation)
    world.renew(mutation)
    world.put(reader)
    world.read(CELL)


def late_store_after_another(world: World) -> None:
    """The same, with an entry that was stored after the mutation in between."""
    reader = world.read(CELL)
    world.begin(reader)
    world.compute(reader)
    mutation = world.transaction(BROAD)
    world.hold(mutation)
    world.commit(mutation)
    world.renew(mutation)
    world.store.expire_claim(key_of(CELL))
    world.fill(CELL)
    world.put(reader)
    world.read(CELL)


def read_before_commit(world: World) -> None:
    """A read between hold and commit, then one after the acknowledgement."""
    mutation = world.transaction(BROAD)
    world.hold(mutation)
    world.fill(CELL)
    world.commit(mutation)
    world.renew(mutation)
    world.read(CELL)


def death_after_commit(world: World) -> None:
    """A worker is killed between its commit and its purge."""
    world.fill(CELL)
    mutation = world.transaction(Target("shop", (("a", 1), ("b", 1))))
    world.hold(mutation)
    world.fill(CELL)
    world.commit(mutation)
    world.die(mutation)


def commit_in_doubt(world: World) -> None:
    """A commit lands after its worker lost the connection, and a reader was faster."""
    mutation = world.transaction(BROAD)
    world.hold(mutation)
    world.doubt(mutation)
    world.fill(CELL)
    world.resolve(mutation, lands=True)


def broad_purge(world: World) -> None:
    """A purge that names fewer parameters than the entry has."""
    world.fill(CELL)
    mutation = world.transaction(Target("shop", (("a", 1),)))
    world.hold(mutation)
    world.commit(mutation)
    world.renew(mutation)


def roll_back_beside_a_hold(world: World) -> None:
    """A mutation rolls back while another holds the same guard."""
    other, mutation = world.transaction(BROAD), world.transaction(BROAD)
    world.hold(mutation)
    world.hold(other)
    world.roll_back(other)
    world.fill(CELL)
    world.commit(mutation)
    world.die(mutation)


PLANTS: dict[type[Worker], Schedule] = {
    StampNotCompared: late_store_after_another,
    NoHold: death_after_commit,
    PurgeBeforeCommit: read_before_commit,
    ReleaseInDoubt: commit_in_doubt,
    StampsAfterwards: late_store,
    TooFewGuards: broad_purge,
    HoldsOfOthersReleased: roll_back_beside_a_hold,
}

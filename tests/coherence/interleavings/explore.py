"""All schedules of a scenario, each state looked at once; or the shortest; or some at random.

Two states are the same if every worker has seen the same, and the store and the database hold the
same, but for the names of stamps and of workers that are alike. A state is reached by playing its
schedule again, as coroutines cannot be copied.
"""

from __future__ import annotations

import json
from collections import Counter, deque
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from itertools import permutations, product
from random import Random
from typing import Any

from interleavings.app import catalog
from interleavings.play import Action, Play, Scenario, StaleError
from interleavings.scenarios import drawn
from interleavings.stores import Payload, Store, split
from interleavings.workers import Worker
from mizan.cache.base import Begun, Found


@dataclass
class Explored:
    """How much was explored."""

    states: int = 0
    schedules: int = 0


@dataclass
class Drawn:
    """How many steps were drawn, what happened in them, and the schedules that broke a promise."""

    steps: int
    counts: Counter[str]
    broken: list[str]


class Naming:
    """Names stamps and ids in the order of their appearance, workers by their place in `order`."""

    def __init__(self, order: tuple[Worker, ...]) -> None:
        self._places = {worker.number: place for place, worker in enumerate(order)}
        self._ids: dict[bytes, int] = {}

    def __call__(self, value: Any) -> Any:
        name = _NAMES.get(type(value))
        return value if name is None else name(self, value)

    def _bytes(self, value: bytes) -> Any:
        return ("id", self._ids.setdefault(value, len(self._ids)))

    def _numbers(self, value: frozenset[int]) -> Any:
        return tuple(sorted(self._places.get(each, each) for each in value))

    def _tuple(self, value: tuple[Any, ...]) -> Any:
        return tuple(map(self, value))

    def _payload(self, value: bytes) -> Any:
        body = json.loads(value)
        return tuple((key, self._numbers(frozenset(of))) for key, of in body.items())

    def _found(self, value: Found) -> Any:
        payload = self._payload(value.payload) if value.payload else ()
        return ("found", value.state.value, payload, self(value.stamps))

    def _begun(self, value: Begun) -> Any:
        return ("begun", value.state.value, self(split(value.stamps)), self(value.id))


_NAMES: dict[type, Any] = {
    bytes: Naming._bytes,
    frozenset: Naming._numbers,
    tuple: Naming._tuple,
    Payload: Naming._payload,
    Found: Naming._found,
    Begun: Naming._begun,
}


def _state(play: Play, order: tuple[Worker, ...], dump: tuple[Any, ...]) -> Any:
    name = Naming(order)
    database = play.database
    return (
        play.budget,
        tuple(_worker(worker, name) for worker in order),
        name(dump),
        tuple((row, name(value)) for row, value in sorted(database.rows.items())),
        tuple((row, name(value)) for row, value in sorted(play.floor.items())),
        tuple(name(frozenset({frame.owner})) for frame in database.flying),
        tuple(name(frozenset({each.owner})) for each in database.outbox.values()),
        tuple(sorted((name(frozenset({o})), *sorted(r)) for o, r in play.pending.items())),
    )


def _worker(worker: Worker, name: Naming) -> Any:
    is_over = worker.point is None
    return (
        worker.name,
        worker.point and worker.point.label,
        worker.is_dead,
        worker.begins,
        () if is_over else tuple(map(name, worker.history)),
        () if is_over else tuple((row, name(value)) for row, value in sorted(worker.floor.items())),
        tuple(name(hold.id) for hold in worker.holds),
    )


def orders(workers: list[Worker]) -> Iterator[tuple[Worker, ...]]:
    """Yield the workers in every order that differs only between those that are alike."""
    groups: dict[str, list[Worker]] = {}
    for worker in workers:
        groups.setdefault(worker.name, []).append(worker)
    for each in product(*map(permutations, groups.values())):
        yield tuple(worker for group in each for worker in group)


class Seen:
    """The states that were looked at."""

    def __init__(self) -> None:
        self._hashes: set[int] = set()
        self.count = 0

    def add(self, play: Play) -> bool:
        """Note a state; tell whether it is new."""
        dump = play.store.dump()
        order, *alike = orders(play.made)
        found = hash(_state(play, order, dump))
        if found in self._hashes:
            return False
        self._hashes.add(found)
        self._hashes.update(hash(_state(play, other, dump)) for other in alike)
        self.count += 1
        return True


@contextmanager
def replayed(scenario: Scenario, store: Store, schedule: list[Action]) -> Iterator[Play]:
    """Play a schedule anew, and let go of it in the end."""
    with closing(Play(scenario, store)) as play:
        for action in schedule:
            play.do(action)
        yield play


def explore(scenario: Scenario, store: Store) -> Explored:
    """Play every schedule. Raises StaleError, or whatever a worker raises."""
    seen, schedules = Seen(), 0
    todo: list[list[Action]] = [[]]
    while todo:
        schedule = todo.pop()
        with replayed(scenario, store, schedule) as play:
            while seen.add(play):
                actions = play.actions()
                if not actions:
                    play.end()
                    schedules += 1
                    break
                todo += [[*schedule, other] for other in actions[1:]]
                schedule = [*schedule, actions[0]]
                play.do(actions[0])
    return Explored(seen.count, schedules)


def shortest(scenario: Scenario, store: Store) -> StaleError | None:
    """Return what the shortest schedule breaks, None where none does."""
    seen = Seen()
    todo: deque[list[Action]] = deque([[]])
    while todo:
        schedule = todo.popleft()
        try:
            with replayed(scenario, store, schedule) as play:
                if not seen.add(play):
                    continue
                actions = play.actions()
                todo.extend([*schedule, action] for action in actions)
                if not actions:
                    play.end()
        except StaleError as error:
            return error
    return None


def draw(scenario: Scenario, store: Store, random: Random) -> Play:
    """Play one schedule at random to its end, and return it."""
    with closing(Play(scenario, store)) as play:
        while actions := play.actions():
            play.do(random.choices(actions, [_weight(action) for action in actions])[0])
        play.end()
    return play


def _weight(action: Action) -> float:
    """Most steps go well, or few schedules would come far; what is late is very late."""
    return 0.15 if action.is_fault or action.kind in ("land", "expire") else 1.0


def draw_all(seeds: Iterable[int], store: Store) -> Drawn:
    """Draw a scenario and a schedule of it for each seed."""
    counts = catalog().host.counts
    counts.clear()
    steps, broken = 0, []
    for seed in seeds:
        random = Random(seed)  # noqa: S311 (drawn again by its seed)
        try:
            steps += len(draw(drawn(random), store, random).log)
        except StaleError as error:
            broken.append(f"seed {seed}: {error}")
    return Drawn(steps, Counter(counts), broken)

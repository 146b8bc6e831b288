"""No read that begins after a mutation was acknowledged is older than it: on every backend.

A state machine plays readers, mutations and failures of the store in any order; the same machine
finds what is wrong with workers that do one thing wrong, or else it would prove nothing.
"""

from collections.abc import Callable
from functools import partial

import pytest
from hypothesis import settings
from hypothesis.stateful import run_state_machine_as_test
from promise.machine import schedules
from promise.plants import PLANTS
from promise.stores import MemoryStore, Store
from promise.world import StaleError, Worker, World

BACKENDS = {
    "memory": MemoryStore,
    "memory, full": partial(MemoryStore, max_entries=2),
    "memory, coroutines": partial(MemoryStore, coroutines=True),
}
SETTINGS = settings(settings.get_profile("ci"), max_examples=200, stateful_step_count=40)


@pytest.fixture(params=BACKENDS)
def make(request: pytest.FixtureRequest) -> Callable[[], Store]:
    return BACKENDS[request.param]


def test_the_promise_is_kept(make: Callable[[], Store]) -> None:
    run_state_machine_as_test(schedules(make), settings=SETTINGS)


def play(store: Store, worker: type[Worker], planted: type[Worker]) -> World:
    world = World(store, worker)
    PLANTS[planted](world)
    world.end()
    return world


@pytest.mark.parametrize("planted", PLANTS)
def test_a_fault_shows_in_its_schedule_and_without_it_nothing_does(
    make: Callable[[], Store], planted: type[Worker]
) -> None:
    store = make()
    store.flush()
    try:
        assert play(store, Worker, planted).hits
        store.flush()
        with pytest.raises(StaleError):
            play(store, planted, planted)
    finally:
        store.close()


@pytest.mark.parametrize("planted", PLANTS)
def test_the_machine_finds_a_fault(planted: type[Worker]) -> None:
    machine = schedules(MemoryStore, planted)
    many = settings(SETTINGS, max_examples=5000, report_multiple_bugs=False, print_blob=False)
    with pytest.raises(StaleError):
        run_state_machine_as_test(machine, settings=many)

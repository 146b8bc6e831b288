"""No read that begins after a mutation was acknowledged is older than it: on every backend.

A state machine plays readers, mutations and failures of the store in any order; the same machine
finds what is wrong with workers that do one thing wrong, or else it would prove nothing.
"""

from collections.abc import Callable
from functools import partial

import pytest
from hypothesis import Phase, settings
from hypothesis.stateful import run_state_machine_as_test
from promise.machine import schedules
from promise.plants import PLANTS
from promise.stores import MemoryStore, Store
from promise.world import StaleError, Worker, World
from redis_store import RedisStore

MEMORY = {
    "memory": MemoryStore,
    "memory, full": partial(MemoryStore, max_entries=2),
    "memory, coroutines": partial(MemoryStore, coroutines=True),
}
SERVERS = ("redis_server", "redis_cluster")
BACKENDS = (
    *MEMORY,
    *(pytest.param((name, False), marks=pytest.mark.server, id=name) for name in SERVERS),
    *(pytest.param((name, True), marks=pytest.mark.server, id=f"{name}, aio") for name in SERVERS),
)
QUICK = settings(settings.get_profile("ci"), max_examples=150, stateful_step_count=30)

Make = Callable[[], Store]


@pytest.fixture(params=BACKENDS)
def make(request: pytest.FixtureRequest) -> Make:
    """What makes a store: on a server each is empty, and there is one at a time."""
    if request.param in MEMORY:
        return MEMORY[request.param]
    name, coroutines = request.param
    return partial(RedisStore, request.getfixturevalue(name), coroutines=coroutines)


def test_the_promise_is_kept(make: Make, request: pytest.FixtureRequest) -> None:
    in_memory = make in MEMORY.values()
    some = QUICK if in_memory else settings(QUICK, max_examples=40)
    restarts = 0 if "redis_cluster" in request.fixturenames else 1  # three nodes take seconds
    run_state_machine_as_test(schedules(make, restarts=restarts), settings=some)


def play(store: Store, worker: type[Worker], planted: type[Worker]) -> World:
    store.flush()
    world = World(store, worker)
    PLANTS[planted](world)
    world.end()
    return world


@pytest.mark.parametrize("planted", PLANTS)
def test_a_fault_shows_in_its_schedule_and_without_it_nothing_does(
    make: Make, planted: type[Worker]
) -> None:
    store = make()
    try:
        assert play(store, Worker, planted).hits
        with pytest.raises(StaleError):
            play(store, planted, planted)
    finally:
        store.close()


@pytest.mark.slow
@pytest.mark.parametrize("planted", PLANTS)
def test_the_machine_finds_a_fault(planted: type[Worker]) -> None:
    machine = schedules(MemoryStore, planted)
    # Whatever it finds will do: to make it small takes long.
    many = settings(QUICK, max_examples=4000, phases=[Phase.generate], print_blob=False)
    with pytest.raises(StaleError):
        run_state_machine_as_test(machine, settings=many)

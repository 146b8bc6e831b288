"""A fault in the server or the cache shows in the exploration, or else that would prove nothing."""

import pytest
from interleavings.explore import explore, shortest
from interleavings.plants import PLANTS, stored_under_a_hold
from interleavings.play import StaleError
from interleavings.scenarios import MUTATIONS, one_and_one
from interleavings.stores import Memory, Redis

COLD = one_and_one("two parameters", warm=False)


@pytest.mark.parametrize("plant", PLANTS)
def test_a_fault_is_found(plant: object, memory: Memory) -> None:
    assert callable(plant)
    with plant():
        found = shortest(COLD, memory)
    assert found is not None, f"{plant.__doc__} This broke no promise."
    print(plant.__doc__, found)  # noqa: T201 (the shortest schedule, where the test fails below)
    assert str(found).count("\n") > 3


def test_without_a_fault_nothing_is_found(memory: Memory) -> None:
    assert shortest(COLD, memory) is None


@pytest.mark.server
@pytest.mark.parametrize("plant", PLANTS)
def test_a_fault_is_found_on_redis(plant: object, redis: Redis) -> None:
    assert callable(plant)
    with plant(), pytest.raises(StaleError):
        explore(COLD, redis)


# What rolls back, and what holds nothing, has nothing to be found under a hold.
WITHOUT = {"rolls back", "a call, then rolled back", "said afterwards"}


@pytest.mark.parametrize("name", [each for each in MUTATIONS if each not in WITHOUT])
def test_a_fault_is_found_beside_every_mutation(name: str, memory: Memory) -> None:
    with stored_under_a_hold(), pytest.raises(StaleError):
        explore(one_and_one(name, warm=False), memory)

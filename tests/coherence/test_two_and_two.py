"""Two readers and two mutations, in memory and on Redis; and one reader again and again.

At begin, compute and store against hold, commit and renew; then at finer grains, with deaths.
"""

from dataclasses import replace

import pytest
from interleavings.explore import explore
from interleavings.scenarios import (
    CACHE,
    COMMITS,
    FINE,
    MUTATIONS,
    one_and_one,
    reader,
    two_and_two,
)
from interleavings.stores import Memory, Redis

MORE = [
    ("without a transaction",),
    ("scoped", "broad"),
    ("two parameters", "without a transaction"),
    ("nested", "says so"),
]
EVICTION = frozenset({"evict"})


def test_two_alike(memory: Memory) -> None:
    assert explore(two_and_two("two parameters"), memory).states > 1000


@pytest.mark.slow
@pytest.mark.parametrize("names", MORE, ids=", ".join)
def test_two_more(names: tuple[str, str], memory: Memory) -> None:
    assert explore(two_and_two(*names), memory).states > 1000


@pytest.mark.server
@pytest.mark.slow
def test_two_alike_on_redis(redis: Redis) -> None:
    assert explore(two_and_two("two parameters"), redis).states > 1000


@pytest.mark.slow
def test_one_dies(memory: Memory) -> None:
    assert explore(two_and_two("two parameters", faults=frozenset({"die"})), memory).states > 5000


@pytest.mark.slow
def test_finer_steps(memory: Memory) -> None:
    assert explore(two_and_two("two parameters", grain=FINE), memory).states > 5000


@pytest.mark.slow
def test_a_reader_reads_again_while_much_goes_wrong(memory: Memory) -> None:
    name = "two parameters"
    alone = replace(
        one_and_one(name, warm=True),
        workers=(reader(times=3), MUTATIONS[name]),
        faults=COMMITS | CACHE | EVICTION,
        budget=2,
    )
    assert explore(alone, memory).states > 2000

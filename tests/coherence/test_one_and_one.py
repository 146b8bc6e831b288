"""One reader and one mutation of every kind, each step by itself: every schedule keeps the promise.

At each step a worker may die, a commit may be refused or nobody may know of it, and a hold of who
is gone may expire.
"""

from collections.abc import Callable
from contextlib import closing
from dataclasses import replace

import pytest
from _pytest.mark import ParameterSet
from interleavings.explore import explore
from interleavings.play import Action, Play
from interleavings.scenarios import MUTATIONS, one_and_one, with_outbox
from interleavings.stores import Memory, Redis

# Two calls or holds in one transaction have many more schedules.
LONG = {
    "nested, without a transaction",
    "says so, without a transaction",
    "two calls in a transaction",
    "without a transaction, in the caller's",
    "a signal",
}
# Beside an outbox these stand for the rest, which hold and renew in the same way.
TYPICAL = {"two parameters", "without a transaction", "said afterwards"}


def marked(is_slow: Callable[[str], bool]) -> list[ParameterSet]:
    """Return the names of all mutations; some take their time."""
    marks = {True: [pytest.mark.slow], False: []}
    return [pytest.param(name, marks=marks[is_slow(name)]) for name in MUTATIONS]


WARM = pytest.mark.parametrize("warm", [False, True], ids=["cold", "warm"])


@WARM
@pytest.mark.parametrize("name", MUTATIONS)
def test_nothing_stale_is_read(name: str, warm: bool, memory: Memory) -> None:
    assert explore(one_and_one(name, warm=warm), memory).schedules > 1


@pytest.mark.server
@WARM
@pytest.mark.parametrize("name", marked(lambda name: name in LONG))
def test_nothing_stale_is_read_on_redis(name: str, warm: bool, redis: Redis) -> None:
    assert explore(one_and_one(name, warm=warm), redis).schedules > 1


@pytest.mark.parametrize("name", marked(lambda name: name not in TYPICAL))
def test_the_outbox_makes_up_for_a_cache_that_was_away(name: str, memory: Memory) -> None:
    """A hold or a purge fails, done or not, at two moments; another worker delivers meanwhile."""
    scenario = with_outbox(name, moments=1 if name in LONG else 2)
    assert explore(scenario, memory).schedules > 1


def test_what_rolls_back_before_its_hold_leaves_entries_alive(memory: Memory) -> None:
    scenario = replace(one_and_one("rolls back", warm=True), faults=frozenset())
    with closing(Play(scenario, memory)) as play:
        mutation = play.made[-1]
        while mutation.point:
            play.do(Action("go", mutation.number))
        play.do(Action("go", play.made[0].number))
        assert play.made[0].result.headers["Cache-Status"] == "mizan; hit"

"""Schedules drawn at random, of any number of readers and mutations; benchmarks draw more of them.

benchmarks/coherence/schedules.py is the program that does.
"""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import pytest
from interleavings.explore import draw_all
from interleavings.plants import PLANTS
from interleavings.stores import Memory, Redis
from programs import run

MANY = 3000
"""Among so many there is the least likely one; most faults show in the first few."""


def test_drawn_schedules_keep_the_promise(memory: Memory) -> None:
    found = draw_all(range(600), memory)
    assert found.broken == []
    assert found.counts["hit"] > 500 < found.counts["stored"]


@pytest.mark.server
def test_drawn_schedules_keep_the_promise_on_redis(redis: Redis) -> None:
    assert draw_all(range(1000, 1200), redis).broken == []


@pytest.mark.parametrize("plant", PLANTS)
def test_they_find_a_fault(
    plant: Callable[[], AbstractContextManager[Any]], memory: Memory
) -> None:
    with plant():
        assert any(draw_all([seed], memory).broken for seed in range(MANY))


@pytest.mark.server
def test_the_program_says_what_it_found() -> None:
    found = run("schedules", "--count", "60")
    assert (found.code, found.data["schedules"], found.data["wrong"]) == (0, 60, [])
    red = run("schedules", "--count", "60", "--planted", "stamps_not_compared")
    assert red.code == 1
    assert "without the changes" in red.data["wrong"][0]

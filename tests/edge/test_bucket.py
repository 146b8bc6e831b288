"""mizan.edge.bucket: how often a network is asked, by a clock of the test."""

from __future__ import annotations

import random

import pytest

from mizan.edge.base import PurgeFailed
from mizan.edge.bucket import Bucket


class Clock:
    """A clock that stands still."""

    now = 100.0

    def __call__(self) -> float:
        return self.now


def taken(bucket: Bucket) -> bool:
    try:
        bucket.take()
    except PurgeFailed:
        return False
    return True


def test_a_burst_is_taken_at_once_and_no_more() -> None:
    bucket = Bucket(2.0, 3, Clock())
    assert [taken(bucket) for _ in range(5)] == [True, True, True, False, False]


def test_several_may_be_taken_at_once() -> None:
    bucket = Bucket(2.0, 5, Clock())
    bucket.take(3)
    with pytest.raises(PurgeFailed) as caught:
        bucket.take(4)
    assert caught.value.retry_after == 1.0
    bucket.take(2)
    assert not taken(bucket)


def test_who_is_refused_is_told_when_there_is_one() -> None:
    clock = Clock()
    bucket = Bucket(0.5, 1, clock)
    bucket.take()
    clock.now += 0.5
    with pytest.raises(PurgeFailed) as caught:
        bucket.take()
    assert (caught.value.code, caught.value.retry_after) == ("rate_limited", 1.5)
    clock.now += 1.5
    bucket.take()


def test_a_pause_fills_it_to_a_burst_at_most() -> None:
    clock = Clock()
    bucket = Bucket(2.0, 3, clock)
    bucket.take()
    clock.now += 1000.0
    assert [taken(bucket) for _ in range(4)] == [True, True, True, False]


def test_over_any_time_it_is_the_rate_and_a_burst() -> None:
    chance, clock = random.Random(5), Clock()  # noqa: S311 (draws inputs)
    bucket = Bucket(3.0, 4, clock)
    times = []
    for _ in range(2000):
        clock.now += chance.random() / 5
        if taken(bucket):
            times.append(clock.now)
    for first, start in enumerate(times[::50]):
        for count, end in enumerate(times[first * 50 :], 1):
            assert count <= 4 + (end - start) * 3.0 + 1e-6
    assert len(times) > 300

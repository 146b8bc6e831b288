"""The circuit breaker, on a clock that stands until it is moved."""

import logging
import threading

import pytest

from mizan.cache.base import CacheUnavailable
from mizan.cache.breaker import FAILURES, Breaker


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def told() -> list[str]:
    return []


@pytest.fixture
def breaker(clock: Clock, told: list[str]) -> Breaker:
    return Breaker("Redis at there:1", [lambda: told.append("recovered")], clock)


def fail(breaker: Breaker, times: int = FAILURES) -> None:
    for _ in range(times):
        breaker.failed(breaker.enter(), "no answer")


def test_it_opens_after_failures_in_a_row_only(breaker: Breaker) -> None:
    fail(breaker, FAILURES - 1)
    breaker.succeeded()
    fail(breaker, FAILURES - 1)
    assert breaker.enter() is False
    assert not breaker.is_open
    fail(breaker, 1)
    assert breaker.is_open
    with pytest.raises(CacheUnavailable, match=r"Redis at there:1 failed 3 times.* in 1\.0 s"):
        breaker.enter()


def test_one_probe_passes_in_each_waiting_time(breaker: Breaker, clock: Clock) -> None:
    fail(breaker)
    clock.now += 0.999
    with pytest.raises(CacheUnavailable):
        breaker.enter()
    clock.now += 0.001
    assert breaker.enter() is True
    with pytest.raises(CacheUnavailable):
        breaker.enter()
    clock.now += 1  # that probe never told how it went
    assert breaker.enter() is True


def test_each_failed_probe_doubles_the_wait_up_to_eight_seconds(
    breaker: Breaker, clock: Clock
) -> None:
    fail(breaker)
    for wait in (1, 2, 4, 8, 8):
        clock.now += wait - 0.001
        with pytest.raises(CacheUnavailable):
            breaker.enter()
        clock.now += 0.001
        breaker.failed(breaker.enter(), "still no answer")


def test_a_call_that_began_before_it_opened_does_not_lengthen_the_wait(
    breaker: Breaker, clock: Clock
) -> None:
    late = breaker.enter()
    fail(breaker)
    breaker.failed(late, "no answer")
    clock.now += 1
    assert breaker.enter() is True


def test_any_success_closes_it(breaker: Breaker, clock: Clock, told: list[str]) -> None:
    late = breaker.enter()
    fail(breaker)
    assert late is False
    breaker.succeeded()
    assert not breaker.is_open
    assert breaker.enter() is False
    assert told == ["recovered"]
    fail(breaker)
    clock.now += 1
    assert breaker.enter() is True  # the wait begins at its first length again


def test_a_success_after_nothing_tells_nobody(breaker: Breaker, told: list[str]) -> None:
    breaker.succeeded()
    assert told == []
    fail(breaker, 1)
    breaker.succeeded()
    assert told == ["recovered"]


def test_it_logs_when_it_opens_and_closes_once(
    breaker: Breaker, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "mizan.cache")
    fail(breaker)
    clock.now += 1
    fail(breaker, 1)
    breaker.succeeded()
    fail(breaker, 1)
    breaker.succeeded()
    assert [record.getMessage() for record in caplog.records] == [
        "cache.unavailable: Redis at there:1: no answer",
        "cache.recovered: Redis at there:1",
    ]


def test_a_callback_that_fails_is_logged_and_the_others_are_called(
    caplog: pytest.LogCaptureFixture,
) -> None:
    told: list[int] = []
    breaker = Breaker("Redis", [lambda: 1 // 0, lambda: told.append(1)])
    fail(breaker, 1)
    breaker.succeeded()
    assert told == [1]
    (record,) = caplog.records
    assert record.getMessage() == "cache.recovered: a callback failed"
    assert record.exc_info


def test_of_many_threads_one_is_the_probe(breaker: Breaker, clock: Clock) -> None:
    fail(breaker)
    clock.now += 1
    gate, probes = threading.Barrier(8), []

    def call() -> None:
        gate.wait()
        try:
            probes.append(breaker.enter())
        except CacheUnavailable:
            probes.append(None)

    threads = [threading.Thread(target=call) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(probes, key=bool) == [None] * 7 + [True]

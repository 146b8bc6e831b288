"""mizan.django.counters: how often what happened."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from mizan.django import counters


@pytest.fixture(autouse=True)
def _anew() -> Iterator[None]:
    counters.reset()
    yield
    counters.reset()


def test_each_event_begins_at_none() -> None:
    assert counters.counts() == dict.fromkeys(counters.EVENTS, 0)


def test_what_is_returned_is_a_copy() -> None:
    before = counters.counts()
    counters.count("hit")
    assert (before["hit"], counters.counts()["hit"]) == (0, 1)


def test_no_count_of_any_thread_is_lost() -> None:
    def work() -> None:
        for _ in range(2000):
            counters.count("miss")

    threads = [threading.Thread(target=work) for _ in range(8)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert counters.counts()["miss"] == 16_000


def test_what_is_no_event_is_not_counted() -> None:
    with pytest.raises(KeyError):
        counters.count("hits")

"""mizan.django.edge_worker: threads that deliver, each to its network, and end with the process."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.core.signals import request_finished
from django.db import OperationalError
from django.test import override_settings
from project.purging import given

from mizan.django import edge_outbox, edge_worker, purgers
from mizan.django.signals import purger_recovered
from mizan.edge.base import Purge
from mizan.protocol.targets import Target

SHELF = Target("shelf")
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def both(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    monkeypatch.setattr(edge_worker, "PACE", 0.1)
    monkeypatch.setattr(edge_outbox, "_FIRST_WAIT", 0.01)
    # A thread that finds SQLite's table locked after its purge does it again a second later.
    monkeypatch.setattr(edge_outbox, "_TAKEN", 0.0)
    with override_settings(MIZAN_EDGE=given("cdn", "shield", IN_FLIGHT=0, TIMEOUT=0.1)):
        yield purgers.purgers()
    until(lambda: not alive())


def until(holds: Callable[[], Any]) -> None:
    """Wait until something holds; fail if it never does."""
    end = time.monotonic() + 30
    while not unlocked(holds):
        assert time.monotonic() < end
        time.sleep(0.01)


def unlocked(do: Callable[[], Any]) -> Any:
    """Do something; None where another thread has locked SQLite's table in memory."""
    try:
        return do()
    except OperationalError:
        return None


def remember() -> None:
    until(lambda: edge_outbox.remember([SHELF]))


def alive() -> list[str]:
    return sorted(each.name for each in threading.enumerate() if each.name.startswith("mizan-edge"))


def test_nothing_runs_before_it_is_needed(both: Any) -> None:
    assert alive() == []


def test_waking_begins_a_thread_for_each_that_delivers(both: Any) -> None:
    remember()
    edge_worker.wake()
    assert alive() == ["mizan-edge-cdn", "mizan-edge-shield"]
    until(lambda: both["cdn"].purged and both["shield"].purged)
    remember()
    edge_worker.wake()
    until(lambda: len(both["cdn"].purged) >= 2)
    assert len(alive()) == 2


def test_a_request_begins_them_and_what_others_left_is_delivered(both: Any) -> None:
    remember()
    request_finished.send(None)
    until(lambda: both["cdn"].purged)


def test_one_that_hangs_or_is_down_holds_up_no_other(both: Any) -> None:
    hang = threading.Event()

    def purge(_: Purge) -> None:
        hang.wait(30)

    both["cdn"].purge = purge
    for count in (1, 2):
        remember()
        edge_worker.wake()
        until(lambda count=count: len(both["shield"].purged) >= count)
    hang.set()


def test_a_network_that_comes_back_is_told_and_so_is_who_listens(both: Any) -> None:
    heard: list[str] = []

    def receive(name: str, **_: Any) -> None:
        heard.append(name)

    purger_recovered.connect(receive)
    try:
        both["cdn"].fails()
        remember()
        edge_worker.wake()
        until(lambda: edge_outbox.waiting("cdn").filter(attempts__gt=1).exists())
        both["cdn"].error = None
        until(lambda: heard == ["cdn"])
        assert both["cdn"].purged
    finally:
        purger_recovered.disconnect(receive)


def test_a_network_that_is_down_is_not_hastened(both: Any) -> None:
    asked: list[Purge] = []

    def purge(purge: Purge) -> None:
        asked.append(purge)
        both["cdn"].fails("rate_limited", 3600.0)
        raise both["cdn"].error

    both["cdn"].purge = purge
    remember()
    edge_worker.wake()
    until(lambda: edge_worker._workers["cdn"]._resume)
    both["shield"].taken()
    for _ in range(3):
        remember()
        edge_worker.wake()
        until(both["shield"].taken)
    edge_worker.stop()
    assert len(asked) == 1


def test_a_database_that_fails_ends_no_thread(
    both: Any, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    with monkeypatch.context() as patch:

        def fail(*_: Any) -> None:
            raise OSError("hidden")

        patch.setattr(edge_outbox, "coarsen", fail)
        edge_worker.wake()
        until(lambda: "edge.outbox_failed: cdn: OSError" in caplog.text)
    remember()
    edge_worker.wake()
    until(lambda: both["cdn"].purged)
    assert "hidden" not in caplog.text


def test_stopping_delivers_what_is_left_and_ends_them(both: Any) -> None:
    with override_settings(MIZAN_EDGE=given("cdn", IN_FLIGHT=0, TIMEOUT=5)):
        network: Any = purgers.purgers()["cdn"]
        remember()
        edge_worker.wake()
        until(lambda: network.purged)
        remember()
        network.taken()
        edge_worker.stop()
        assert alive() == []
        assert network.purged or not edge_outbox.waiting("cdn").exists()


def test_a_changed_setting_ends_them(both: Any) -> None:
    edge_worker.wake()
    with override_settings(MIZAN_EDGE=True):
        until(lambda: not alive())
        edge_worker.wake()
        assert alive() == []


def test_nothing_is_raised_where_no_purger_can_be_made(caplog: pytest.LogCaptureFixture) -> None:
    wrong = {"PURGE": {"cdn": {"BACKEND": "fastly", "token": "hidden"}}}
    with override_settings(MIZAN_EDGE=wrong):
        assert len(edge_outbox.remember([SHELF])) == 1  # a mutation goes on; its purge waits
        edge_worker.wake()
        request_finished.send(None)
    assert "edge.not_begun: TypeError: manage.py check says more" in caplog.text
    assert "hidden" not in caplog.text


@pytest.mark.filterwarnings("ignore:This process")  # is multi-threaded: that is what is tried
def test_a_child_has_no_thread_until_it_needs_one(both: Any) -> None:
    edge_worker.wake()
    assert len(alive()) == 2
    child = os.fork()
    if not child:
        is_right = not edge_worker._workers and not edge_worker._lock.locked()
        edge_worker.start()
        os._exit(0 if is_right and len(edge_worker._workers) == 2 else 1)
    assert os.waitpid(child, 0)[1] == 0

"""manage.py mizan_outbox: delivers once, or until it is told to stop."""

from __future__ import annotations

import io
import os
import signal
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection, transaction
from django.test import override_settings
from project.purging import networks
from project.store import on_redis
from servers import Server

from mizan.django import edge_outbox, edge_worker, origin_cache, outbox
from mizan.django.management.commands import mizan_outbox
from mizan.django.models import OutboxRow
from mizan.protocol.targets import Target

pytestmark = pytest.mark.django_db(transaction=True)
KEY = "mizan:1:e:shelf:" + "0" * 64


@pytest.fixture
def store(redis_server: Server) -> Iterator[Server]:
    with override_settings(MIZAN_CACHE=on_redis(redis_server)):
        yield redis_server


def run(*arguments: str) -> str:
    out = io.StringIO()
    call_command("mizan_outbox", *arguments, stdout=out)
    return out.getvalue()


def remember(count: int = 1) -> None:
    for _ in range(count):
        outbox.remember([Target("shelf")])


def test_it_delivers_everything_that_is_due(store: Server) -> None:
    cache: Any = origin_cache.cache()
    guards = ("shelf",)
    begun = cache.begin(KEY, cache.read(KEY, guards), guards)
    assert cache.store(KEY, guards, begun, b"old", 60)
    remember(150)
    outbox.remember([Target("book")], delay=60)
    assert run() == "Delivered 150 purges.\n"
    assert OutboxRow.objects.count() == 1
    assert cache.read(KEY, guards).payload == b""
    assert run() == "Delivered 0 purges.\n"


def test_it_fails_while_the_cache_is_out_of_reach(store: Server) -> None:
    store.stop()
    remember(2)
    with pytest.raises(CommandError, match=r"cannot be reached; 2 purges wait\.") as caught:
        run()
    assert caught.value.returncode == 1
    assert OutboxRow.objects.count() == 2


def test_it_tells_what_is_wrong_with_its_options(store: Server) -> None:
    with pytest.raises(CommandError, match="above 0"):
        run("--watch", "--interval", "0")


class Told(threading.Event):
    """Is set after some waits; each does something first."""

    def __init__(self, *deeds: Any) -> None:
        super().__init__()
        self.deeds = list(deeds)

    def wait(self, timeout: float | None = None) -> bool:
        assert timeout == 1.0
        if self.deeds:
            self.deeds.pop(0)()
        else:
            self.set()
        return self.is_set()


def watch(monkeypatch: pytest.MonkeyPatch, *deeds: Any) -> list[str]:
    """Return the lines that the command says, without their times."""
    monkeypatch.setattr(mizan_outbox.threading, "Event", lambda: Told(*deeds))
    lines = run("--watch").splitlines()
    return [line if line[0].isalpha() else line[20:] for line in lines]


def test_watching_says_what_happens_once(store: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    nothing = lambda: None  # noqa: E731
    deeds = [nothing, remember, store.stop, remember, nothing, store.start, nothing]
    assert watch(monkeypatch, *deeds) == [
        "Watching the outbox, every 1 s.",
        "delivered 1 purge, 0 left",
        "the cache cannot be reached, 1 purge wait",
        "delivered 1 purge, 0 left",
        "Stopped.",
    ]
    assert not OutboxRow.objects.exists()


def test_watching_outlives_a_failure_of_the_database(
    store: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    table = connection.ops.quote_name

    def rename(before: str, after: str) -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"ALTER TABLE {table(before)} RENAME TO {table(after)}")

    lines = watch(
        monkeypatch,
        lambda: rename("mizan_outbox", "mizan_elsewhere"),
        lambda: rename("mizan_elsewhere", "mizan_outbox"),
        remember,
    )
    assert lines[1].startswith("the database failed: ")
    assert lines[2:] == ["delivered 1 purge, 0 left", "Stopped."]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_stops_it(store: Server, number: signal.Signals) -> None:
    before = signal.getsignal(number)
    with mizan_outbox.stopped() as stop:
        os.kill(os.getpid(), number)
        assert stop.wait(10)
    assert signal.getsignal(number) is before


def test_in_another_thread_signals_are_left_alone() -> None:
    before = signal.getsignal(signal.SIGTERM)
    seen: list[Any] = []

    def enter() -> None:
        with mizan_outbox.stopped() as stop:
            seen.append((stop.is_set(), signal.getsignal(signal.SIGTERM) is before))

    thread = threading.Thread(target=enter)
    thread.start()
    thread.join()
    assert seen == [(False, True)]


@pytest.fixture
def both(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    with networks(monkeypatch, "cdn", "shield", IN_FLIGHT=0) as found:
        yield found


def test_it_delivers_to_networks_without_any_store(both: Any) -> None:
    for number in range(12):
        edge_outbox.remember([Target("book", (("book_id", number),))])
    assert run() == "Delivered cdn: 12 purges, shield: 12 purges.\n"
    assert len(both["cdn"].taken()) == 3
    assert run() == "Delivered cdn: 0 purges, shield: 0 purges.\n"


def test_one_network_that_is_down_holds_up_no_other(both: Any) -> None:
    both["cdn"].fails()
    edge_outbox.remember([Target("shelf")])
    with pytest.raises(CommandError, match=r"^cdn: no connection .*; 1 purge wait\.$") as caught:
        run()
    assert caught.value.returncode == 1
    assert len(both["shield"].taken()) == 1
    both["cdn"].error = None
    assert run() == "Delivered cdn: 0 purges; 1 wait for later, shield: 0 purges.\n"


def test_it_says_that_nobody_delivers_to_a_network_of_another_name(
    both: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    edge_outbox.remember([Target("shelf")])
    OutboxRow.objects.filter(purger="cdn").update(purger="former")
    run()
    assert "1 purge for 'former', whom MIZAN_EDGE" in capsys.readouterr().err


def test_it_delivers_to_the_store_and_to_networks(store: Server, both: Any) -> None:
    remember(2)
    edge_outbox.remember([Target("shelf")])
    # What the store kept meanwhile an edge may have fetched: its purge is due after that one's.
    assert run() == "Delivered 2 purges, cdn: 2 purges, shield: 2 purges.\n"
    store.stop()
    remember(1)
    edge_outbox.remember([Target("shelf")])
    with pytest.raises(CommandError, match=r"^The cache cannot be reached; 1 purge wait\.$"):
        run()
    assert len(both["cdn"].taken()) == 2


def test_watching_begins_a_thread_for_each_network_and_ends_it(
    both: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    done: list[str] = []
    monkeypatch.setattr(edge_worker, "start", lambda: done.append("start"))
    monkeypatch.setattr(edge_worker, "stop", lambda: done.append("stop"))
    assert watch(monkeypatch) == ["Watching the outbox, every 1 s.", "Stopped."]
    assert done[:2] == ["start", "stop"]

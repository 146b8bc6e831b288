"""mizan.django.outbox: purges that wait for the cache are delivered at least once, by anyone."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from functools import partial
from typing import Any

import pytest
from django.core.signals import request_finished
from django.db import connection, connections, transaction
from django.test import override_settings
from project.store import SECRET, on_redis
from servers import Server

from mizan.cache import CacheUnavailable, MemoryCache, RedisCache
from mizan.cache.base import Hold, Limits, State
from mizan.django import origin_cache, outbox
from mizan.django.models import OutboxRow
from mizan.protocol.targets import EVERYTHING, Target
from mizan.server.registry import registry

SHELF = Target("shelf")
BOOK = Target("book", (("book_id", 5),))
KEY = "mizan:1:e:shelf:" + "0" * 64
committing = pytest.mark.django_db(transaction=True)


class Flaky(MemoryCache):
    """A cache in memory that can be out of reach, as a backend of the application."""

    def __init__(self, _url: str = "", *, timeout: float = 1, **given: Any) -> None:  # noqa: ARG002 (the base's signature)
        super().__init__(**given)
        self.down = False
        self.purged: list[tuple[str, ...]] = []
        self.on_recovered: list[Any] = []

    def purge(self, guards: Any) -> None:
        if self.down:
            raise CacheUnavailable("it is down")
        self.purged.append(tuple(guards))
        super().purge(guards)


@pytest.fixture
def cache() -> Flaky:
    return Flaky()


@pytest.fixture
def shared() -> Iterator[Flaky]:
    """The process's own cache, as one that workers share."""
    setting = {"BACKEND": f"{__name__}.Flaky", "URL": "flaky://", "SECRET": SECRET}
    with override_settings(MIZAN_CACHE=setting):
        outbox.hurry()
        made: Any = origin_cache.cache()
        yield made


def deliver(cache: Any, **given: Any) -> tuple[int, int, str | None]:
    done = outbox.deliver(registry.catalog, cache, **given)
    return done.count, done.left, done.error


def put(cache: Any, guards: tuple[str, ...] = ("shelf",), key: str = KEY) -> None:
    begun = cache.begin(key, cache.read(key, guards), guards)
    assert cache.store(key, guards, begun, b"old", 60)
    assert cache.read(key, guards).state is State.HIT


@committing
def test_a_row_is_there_if_its_transaction_committed(cache: Flaky) -> None:
    with transaction.atomic():
        row = outbox.remember([SHELF])
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        outbox.remember([BOOK])
        _ = 1 / 0
    assert [each.pk for each in OutboxRow.objects.all()] == [row]
    assert deliver(cache) == (1, 0, None)
    assert cache.purged == [("shelf",)]
    assert not OutboxRow.objects.exists()


@committing
def test_a_delivery_makes_entries_stale(cache: Flaky) -> None:
    put(cache)
    outbox.remember([SHELF])
    assert deliver(cache) == (1, 0, None)
    assert cache.read(KEY, ("shelf",)).state is State.MISS


@committing
def test_nothing_to_deliver_is_no_purge(cache: Flaky) -> None:
    assert deliver(cache) == (0, 0, None)
    assert cache.purged == []


@committing
def test_a_row_waits_while_the_cache_is_out_of_reach(
    cache: Flaky, caplog: pytest.LogCaptureFixture
) -> None:
    cache.down = True
    outbox.remember([SHELF])
    for attempts in (1, 2):
        assert deliver(cache) == (0, 1, "unavailable")
        row = OutboxRow.objects.get()
        assert (row.attempts, row.last_error) == (attempts, "unavailable")
    assert "outbox.failed: 1 purges wait: it is down" in caplog.text
    cache.down = False
    assert deliver(cache) == (1, 0, None)


@committing
def test_a_row_that_is_not_due_waits(cache: Flaky) -> None:
    row = outbox.remember([SHELF], delay=60)
    assert deliver(cache) == (0, 0, None)
    outbox.delivered(row)
    assert not OutboxRow.objects.exists()


@committing
def test_what_another_kind_of_cache_is_to_be_told_stays(cache: Flaky) -> None:
    OutboxRow.objects.create(kind="edge", targets=["shelf"])
    assert deliver(cache) == (0, 0, None)
    assert OutboxRow.objects.count() == 1


@committing
def test_the_oldest_go_first_and_few_at_a_time(cache: Flaky) -> None:
    for each in (BOOK, SHELF, SHELF):
        outbox.remember([each])
    OutboxRow.objects.filter(targets=["shelf"]).update(due="2020-01-01T00:00Z")
    assert deliver(cache, limit=2) == (2, 1, None)
    assert cache.purged == [("shelf",)]  # in one purge, each guard once
    assert deliver(cache, limit=2) == (1, 0, None)


@committing
def test_targets_become_the_guards_that_readers_stand_under(cache: Flaky) -> None:
    catalog = registry.catalog
    for each in (EVERYTHING, BOOK, Target("newer", (("id", 5),))):
        outbox.remember([each])
        deliver(cache)
    everything, (scoped,), newer = cache.purged
    assert set(everything) == set(catalog.contexts)
    assert scoped in catalog.slots.tags("book", {"book_id": 5, "limit": 10})
    assert scoped != "book"
    assert newer == ("newer",)  # a context of another release is purged as a whole


@committing
@pytest.mark.parametrize("targets", [[5], [{"context": "Shelf!"}], {"context": "shelf"}, 5])
def test_what_cannot_be_read_is_everything(
    cache: Flaky, targets: Any, caplog: pytest.LogCaptureFixture
) -> None:
    OutboxRow.objects.create(targets=targets)
    assert deliver(cache) == (1, 0, None)
    assert set(cache.purged[0]) == set(registry.catalog.contexts)
    assert "outbox.unreadable" in caplog.text


@committing
def test_replicas_that_lag_are_waited_for() -> None:
    cache = Flaky(limits=Limits(lag=60))
    put(cache)
    outbox.remember([SHELF])
    assert deliver(cache) == (1, 0, None)
    found = cache.read(KEY, ("shelf",))
    assert cache.begin(KEY, found, ("shelf",)).state is State.HELD


@committing
def test_dropping_a_row_never_raises(caplog: pytest.LogCaptureFixture) -> None:
    row = outbox.remember([SHELF])

    def refuse(*_: Any) -> Any:
        raise ZeroDivisionError

    with connection.execute_wrapper(refuse):
        outbox.delivered(row)
    assert f"outbox.failed: purge {row} stays" in caplog.text


@pytest.mark.skipif("connection.vendor != 'postgresql'", reason="SQLite locks no rows")
@committing
def test_two_that_deliver_take_different_rows(cache: Flaky) -> None:
    outbox.remember([SHELF])
    outbox.remember([BOOK])
    taken, done = threading.Event(), threading.Event()
    first: list[Any] = []

    def hold_one() -> None:
        with transaction.atomic():
            rows = outbox.due().order_by("pk").select_for_update(skip_locked=True)[:1]
            first.extend(rows)
            taken.set()
            done.wait(10)
        connections.close_all()

    other = threading.Thread(target=hold_one)
    other.start()
    assert taken.wait(10)
    assert deliver(cache) == (1, 1, None)
    done.set()
    other.join()
    assert [each.pk for each in OutboxRow.objects.all()] == [first[0].pk]


@committing
def test_a_worker_delivers_after_a_request(shared: Flaky, client: Any) -> None:
    outbox.remember([SHELF])
    client.get("/api/mizan/ctx/shelf/")
    assert not OutboxRow.objects.exists()
    assert ("shelf",) in shared.purged


@committing
def test_it_looks_every_few_seconds_only(
    shared: Flaky, django_assert_num_queries: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = 1000.0
    monkeypatch.setattr(outbox.time, "monotonic", lambda: now)
    given_back: list[None] = []
    # Else a connection that the settings allow no age would stay until the next request.
    give_back = partial(given_back.append, None)
    monkeypatch.setattr(connection, "close_if_unusable_or_obsolete", give_back)
    with django_assert_num_queries(1):
        outbox._look()
        outbox._look()
    assert given_back == [None]
    outbox.remember([SHELF])
    request_finished.send(None)
    assert OutboxRow.objects.exists()
    now += outbox.PACE
    request_finished.send(None)
    assert not OutboxRow.objects.exists()


@committing
def test_it_looks_again_at_once_when_the_cache_has_recovered(shared: Flaky) -> None:
    shared.down = True
    outbox.remember([SHELF])
    request_finished.send(None)
    shared.down = False
    request_finished.send(None)
    assert OutboxRow.objects.get().attempts == 1
    for each in shared.on_recovered:
        each()
    request_finished.send(None)
    assert not OutboxRow.objects.exists()


@committing
def test_many_rows_go_request_by_request(shared: Flaky, monkeypatch: pytest.MonkeyPatch) -> None:
    real = outbox.deliver
    monkeypatch.setattr(outbox, "deliver", lambda *given: real(*given, limit=1))
    for _ in range(2):
        outbox.remember([SHELF])
    request_finished.send(None)
    assert OutboxRow.objects.count() == 1
    request_finished.send(None)
    assert not OutboxRow.objects.exists()


@pytest.mark.django_db
def test_it_never_looks_inside_a_transaction(shared: Flaky, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(0):
        request_finished.send(None)


@committing
def test_memory_needs_no_outbox(django_assert_num_queries: Any) -> None:
    with override_settings(MIZAN_CACHE={}):
        outbox.hurry()
        with django_assert_num_queries(0):
            request_finished.send(None)


@committing
def test_looking_never_raises(shared: Flaky, caplog: pytest.LogCaptureFixture) -> None:
    def refuse(*_: Any) -> Any:
        raise ZeroDivisionError

    with connection.execute_wrapper(refuse):
        request_finished.send(None)
    assert "outbox.failed" in caplog.text


@committing
def test_a_purge_waits_while_redis_is_down(
    redis_server: Server, client: Any, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    with override_settings(MIZAN_CACHE=on_redis(redis_server)):
        cache: Any = origin_cache.cache()
        assert isinstance(cache, RedisCache)
        put(cache)
        redis_server.stop()
        row = outbox.remember([SHELF])
        assert f"outbox.written: purge {row}" in caplog.text
        assert deliver(cache)[2] == "unavailable"
        outbox._next_look = float("inf")
        redis_server.start()
        cache.hold(Hold(("other",)))  # the first that finds it well
        request_finished.send(None)
        assert not OutboxRow.objects.exists()
        assert "outbox.delivered: 1 purges, 0 left" in caplog.text

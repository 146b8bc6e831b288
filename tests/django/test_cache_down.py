"""A Redis that is out of reach, and many readers at once, through Django's full stack."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from asgiref.sync import async_to_sync
from django.core.signals import request_finished
from django.db import transaction
from django.http import HttpRequest
from django.test import AsyncClient, Client
from project.http import BASE, Web
from project.library.mizan import rename_book
from project.library.models import Book
from project.store import PASSWORD, on_redis
from servers import HOST, Proxy, Server

from mizan.cache import breaker
from mizan.django import Context, client, counters, invalidate, outbox
from mizan.django.models import OutboxRow

HIT, STORED = "mizan; hit", "mizan; fwd=miss; stored"
ALONE = "mizan; fwd=bypass; detail=unavailable"
HERD = 24
PATIENCE = 30.0  # seconds until what has to happen is given up
committing = pytest.mark.django_db(transaction=True)


@pytest.fixture
def proxy(redis_server: Server) -> Iterator[Proxy]:
    """What stands before a Redis that keeps all it has while it cannot be reached."""
    with Proxy(redis_server.port) as made:
        yield made


@pytest.fixture
def set_cache(
    proxy: Proxy, redis_server: Server, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., None]:
    """Return what sets MIZAN_CACHE; a Redis that recovers is found at once."""
    monkeypatch.setattr(breaker, "WAITS", (0.001, 0.001))
    monkeypatch.setattr(outbox, "_next_look", float("inf"))

    def set_cache(**more: Any) -> None:
        url = f"redis://:{PASSWORD}@{HOST}:{proxy.port}/0"
        settings.MIZAN_CACHE = on_redis(redis_server) | {"URL": url} | more

    return set_cache


@pytest.fixture
def emma(db: None) -> Book:
    return Book.objects.create(title="Emma")


def title(web: Web) -> tuple[str, str]:
    """Return (the one title on the shelf, what the cache did)."""
    response = web.read("shelf")
    assert response.status_code == 200
    return response.json()["shelf"][0]["title"], response["Cache-Status"]


def gone(proxy: Proxy) -> None:
    """Let connections be cut, and new ones get no answer."""
    proxy.deaf = True
    proxy.cut()


def back(proxy: Proxy) -> None:
    proxy.deaf = False
    proxy.cut()


@committing
def test_available_changes_go_on_and_are_delivered_later(
    web: Web, proxy: Proxy, set_cache: Any, emma: Book
) -> None:
    set_cache(CALL_TIMEOUT=0.3)
    assert [title(web), title(web)] == [("Emma", STORED), ("Emma", HIT)]
    gone(proxy)
    assert title(web) == ("Emma", ALONE)
    assert web.call("rename_book", book_id=emma.pk, title="Emma!").status_code == 200
    rename_book(None, emma.pk, title="Emma!!")
    Book.objects.update(title="Emma!!!")
    invalidate("shelf")
    # What could not be announced waits, and whoever reads meanwhile computes.
    assert OutboxRow.objects.count() == 3
    assert title(web) == ("Emma!!!", ALONE)
    back(proxy)
    # The first that finds it well again has the purges delivered when its request ends.
    outbox.hurry()
    request_finished.send(None)
    assert not OutboxRow.objects.exists()
    assert [title(web), title(web)] == [("Emma!!!", STORED), ("Emma!!!", HIT)]


@committing
def test_a_purge_is_left_in_the_transaction_that_it_announces(
    web: Web, proxy: Proxy, set_cache: Any, emma: Book
) -> None:
    seen: list[int] = []

    @client(affects="shelf")
    def change(request: HttpRequest) -> None:
        # Whoever is told of the commit first finds the row; then the renewal makes it needless.
        transaction.on_commit(lambda: (seen.append(OutboxRow.objects.count()), back(proxy)))

    set_cache(CALL_TIMEOUT=0.3)
    gone(proxy)
    assert web.call("change").status_code == 200
    assert (seen, OutboxRow.objects.count()) == ([1], 0)


@committing
def test_a_mutation_that_fails_leaves_nothing_in_the_outbox(
    web: Web, proxy: Proxy, set_cache: Any, emma: Book
) -> None:
    @client(affects="shelf")
    def fail(request: HttpRequest) -> None:
        Book.objects.update(title="never")
        raise ZeroDivisionError

    set_cache(CALL_TIMEOUT=0.3)
    assert title(web) == ("Emma", STORED)
    gone(proxy)
    assert web.call("fail").status_code == 500
    assert not OutboxRow.objects.exists()
    back(proxy)
    assert title(web) == ("Emma", HIT)


@committing
def test_consistent_changes_are_refused_and_nothing_is_changed(
    web: Web, proxy: Proxy, set_cache: Any, emma: Book
) -> None:
    set_cache(CALL_TIMEOUT=0.3, ON_UNAVAILABLE="consistent")
    assert title(web) == ("Emma", STORED)
    gone(proxy)
    for name in ("rename_book", "rename_book_async"):
        refused = web.call(name, book_id=emma.pk, title="never")
        assert (refused.status_code, refused.json()["code"]) == (503, "unavailable")
        assert refused["Retry-After"] == "1"
        assert not refused.has_header("X-Mizan-Invalidate")
    assert not OutboxRow.objects.exists()
    assert title(web) == ("Emma", ALONE)
    back(proxy)
    assert title(web)[0] == "Emma"
    assert web.call("rename_book", book_id=emma.pk, title="Emma!").status_code == 200
    assert title(web)[0] == "Emma!"


@committing
def test_a_redis_that_dies_between_hold_and_renewal_keeps_nothing_stale(
    web: Web, proxy: Proxy, set_cache: Any, emma: Book
) -> None:
    """The commit goes through, nothing is raised, and the hold protects until it ends."""

    @client(affects="shelf")
    def change(request: HttpRequest) -> None:
        Book.objects.update(title="new")
        # The hold is the last step before the commit; this is the first after it.
        transaction.on_commit(lambda: gone(proxy))

    set_cache(CALL_TIMEOUT=0.3)
    assert [title(web), title(web)] == [("Emma", STORED), ("Emma", HIT)]
    assert web.call("change").status_code == 200
    assert not OutboxRow.objects.exists()
    back(proxy)
    for _ in range(2):
        assert title(web) == ("new", "mizan; fwd=bypass; detail=held")


@committing
def test_a_redis_that_restarts_or_is_flushed_forgets_and_is_right(
    web: Web, redis_server: Server, set_cache: Any, emma: Book
) -> None:
    set_cache()
    assert [title(web), title(web)] == [("Emma", STORED), ("Emma", HIT)]
    for number, forget in enumerate((redis_server.flush, redis_server.restart)):
        forget()
        Book.objects.update(title=str(number))
        assert [title(web), title(web)] == [(str(number), STORED), (str(number), HIT)]
        web.call("rename_book", book_id=emma.pk, title="Emma")
        assert [title(web), title(web)] == [("Emma", STORED), ("Emma", HIT)]


# Herds


class HerdContext(Context):
    """What many ask for at once."""


def until(ready: Callable[[], bool]) -> Iterator[None]:
    """Yield until something is so."""
    for _ in range(int(PATIENCE * 100)):
        if ready():
            return
        yield
    raise TimeoutError("The others have not come.")


@pytest.fixture
def gate() -> Callable[[], bool]:
    """Return what says whether all readers but the first wait."""
    before = counters.counts()["wait"]
    return lambda: counters.counts()["wait"] - before == HERD - 1


@pytest.mark.django_db
def test_of_many_threads_one_computes(kept: dict[str, Any], settings: Any, gate: Any) -> None:
    settings.MIZAN_CACHE = {**kept, "WAIT": PATIENCE}
    ran: list[int] = []
    pause = threading.Event()

    @client(context=HerdContext)
    def herd(request: HttpRequest, number: int) -> int:
        for _ in until(gate):
            pause.wait(0.01)
        ran.append(number)
        return len(ran)

    found: list[Any] = []

    def ask() -> None:
        found.append(Client().get(f"{BASE}ctx/herd/?number=1"))

    threads = [threading.Thread(target=ask) for _ in range(HERD)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert ran == [1]
    assert sorted(each["Cache-Status"] for each in found) == [STORED, *[HIT] * (HERD - 1)]
    assert {each.content for each in found} == {b'{"herd":1}'}


@pytest.mark.django_db
def test_of_many_coroutines_one_computes(kept: dict[str, Any], settings: Any, gate: Any) -> None:
    settings.MIZAN_CACHE = {**kept, "WAIT": PATIENCE}
    ran: list[int] = []

    @client(context=HerdContext)
    async def herd(request: HttpRequest, number: int) -> int:
        for _ in until(gate):
            await asyncio.sleep(0.01)
        ran.append(number)
        return len(ran)

    async def ask() -> list[Any]:
        path = f"{BASE}ctx/herd/?number=1"
        return await asyncio.gather(*(AsyncClient().get(path) for _ in range(HERD)))

    found = async_to_sync(ask)()
    assert ran == [1]
    assert sorted(each["Cache-Status"] for each in found) == [STORED, *[HIT] * (HERD - 1)]

"""mizan.django.gathered: one hold before the commit of anybody's transaction, one renewal after."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import pytest
from django.db import IntegrityError, connection, connections, transaction
from project.http import Web
from project.orders.models import Customer, Order
from project.stale import OrdersContext, Reads, declare

from mizan.cache.base import Cache, CacheUnavailable
from mizan.django import affecting, affects, gathered, invalidate
from mizan.server.problems import Problem
from mizan.server.registry import registry
from mizan.testing.django import commits

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "other"])


class Stop(Exception):
    """Rolls a block back."""


class Noted:
    """A cache that notes what it is asked for, and whether a transaction was open then."""

    def __init__(self, cache: Cache) -> None:
        self.cache = cache
        self.log: list[tuple[str, int, bool]] = []
        self.down = False

    def __getattr__(self, name: str) -> Any:
        def ask(*args: Any) -> Any:
            if name in ("hold", "renew", "release"):
                self.log.append((name, len(args[0].guards), not connection.get_autocommit()))
                if self.down:
                    raise CacheUnavailable("It is down.")
            return getattr(self.cache, name)(*args)

        return ask


@pytest.fixture
def cache(monkeypatch: pytest.MonkeyPatch) -> Noted:
    declare()
    host: Any = registry.catalog.host
    found = Noted(host.cache)
    monkeypatch.setattr(type(host), "cache", property(lambda self: found))
    return found


def test_it_is_held_once_before_the_commit_and_renewed_once_after(cache: Noted) -> None:
    with transaction.atomic():
        for owner in (1, 1, 2, 3):
            invalidate(OrdersContext, owner_id=owner)
        with suppress(Stop), transaction.atomic():
            invalidate(OrdersContext, owner_id=4)
            raise Stop
        assert cache.log == []
    assert cache.log == [("hold", 3, True), ("renew", 3, False)]
    cache.log.clear()
    with transaction.atomic():
        pass
    assert cache.log == []


def test_existing_code_in_a_callers_transaction_is_held_with_its_commit(cache: Noted) -> None:
    @affects(OrdersContext)
    def save(owner_id: int) -> None:
        Customer.objects.create(owner_id=owner_id)

    with transaction.atomic():
        save(1)
        with suppress(Stop), transaction.atomic():
            save(2)
            raise Stop
        with affecting(OrdersContext, owner_id=3):
            Customer.objects.create(owner_id=3)
        assert cache.log == []
    assert cache.log == [("hold", 2, True), ("renew", 2, False)]
    cache.log.clear()
    with suppress(Stop), transaction.atomic():
        save(1)
        raise Stop
    assert cache.log == []


def test_what_was_rolled_back_is_forgotten(cache: Noted) -> None:
    with suppress(Stop), transaction.atomic():
        invalidate(OrdersContext, owner_id=1)
        raise Stop
    with transaction.atomic():
        invalidate(OrdersContext, owner_id=1)
    assert cache.log == [("hold", 1, True), ("renew", 1, False)]


def test_another_savepoint_is_not_the_same(cache: Noted) -> None:
    with transaction.atomic():
        with suppress(Stop), transaction.atomic():
            invalidate(OrdersContext, owner_id=1)
            raise Stop
        with transaction.atomic():
            invalidate(OrdersContext, owner_id=1)
        with suppress(Stop), transaction.atomic():
            invalidate(OrdersContext, owner_id=1)
            raise Stop
    assert cache.log == [("hold", 1, True), ("renew", 1, False)]


def test_each_database_has_its_own(cache: Noted) -> None:
    target = registry.catalog.context_target("orders", {"owner_id": 1})
    with transaction.atomic():
        with transaction.atomic(using="other"):
            gathered.gather(registry.catalog, (target,), "other")
        assert [name for name, *_ in cache.log] == ["hold", "renew"]
    assert len(cache.log) == 2
    assert not connections["other"].in_atomic_block


def test_a_cache_that_is_away_leaves_it_in_the_outbox(cache: Noted) -> None:
    from mizan.django.models import OutboxRow

    cache.down = True
    with transaction.atomic():
        invalidate(OrdersContext, owner_id=1)
    assert OutboxRow.objects.count() == 1
    with suppress(Stop), transaction.atomic():
        invalidate(OrdersContext, owner_id=1)
        raise Stop
    assert OutboxRow.objects.count() == 1


def test_what_was_gathered_twice_stays_in_the_outbox_until_it_is_purged(cache: Noted) -> None:
    from mizan.django.models import OutboxRow

    cache.down = True
    with transaction.atomic():
        invalidate(OrdersContext, owner_id=1)
        invalidate(OrdersContext, owner_id=2)
    assert OutboxRow.objects.count() == 1


def test_where_it_has_to_be_consistent_nothing_is_committed(cache: Noted) -> None:
    host: Any = registry.catalog.host
    host.consistent, cache.down = True, True
    with pytest.raises(Problem, match="nothing was changed"), transaction.atomic():
        Customer.objects.create(owner_id=1)
        invalidate(OrdersContext, owner_id=1)
    assert not Customer.objects.exists()
    cache.down = False
    with transaction.atomic():
        Customer.objects.create(owner_id=1)  # the connection is as good as before
    assert Customer.objects.count() == 1


def test_a_commit_that_the_database_refuses_lets_go(cache: Noted) -> None:
    def refuse() -> None:
        raise IntegrityError("A constraint that is checked last.")

    invalidate_in = transaction.atomic()
    gathering: Any = None
    with suppress(IntegrityError), invalidate_in:
        invalidate(OrdersContext, owner_id=1)
        gathering = vars(connection._connections[connection._alias])["_mizan_gathering"]
        kept, gathering._commit = gathering._commit, refuse
    gathering._commit = kept
    assert [name for name, *_ in cache.log] == ["hold", "release"]


@pytest.mark.django_db(transaction=False)
def test_in_a_test_case_what_commits_is_purged(web: Web) -> None:
    declare()
    reads = Reads(web)
    with commits(), transaction.atomic():
        Order.objects.create()
        invalidate(OrdersContext, owner_id=1)
    assert reads() == ["user 1"]
    with commits(), transaction.atomic():  # the same again is not the same any more
        invalidate(OrdersContext, owner_id=1)
    assert reads() == ["user 1"]


@pytest.mark.django_db(transaction=False)
def test_what_a_test_case_was_told_of_is_not_held_again(cache: Noted) -> None:
    with commits(), transaction.atomic():
        invalidate(OrdersContext, owner_id=1)
    gathering = vars(connection._connections[connection._alias])["_mizan_gathering"]
    assert [name for name, *_ in cache.log] == ["renew"]
    kept, gathering._commit = gathering._commit, lambda: None
    gathering._commit_held()
    gathering._commit = kept
    assert [name for name, *_ in cache.log] == ["renew"]

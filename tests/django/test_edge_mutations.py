"""Whatever writes, its purges of networks are in its own transaction, each target once."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pytest
from django.contrib import admin
from django.contrib.auth.models import User
from django.db import connections, transaction
from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.utils.timezone import now
from project.http import Web
from project.orders.models import Customer, Order
from project.purging import networks
from project.stale import OrdersContext, TotalContext, declare, site

from mizan.django import affecting, affects, client, edge_outbox, edge_worker, invalidate
from mizan.django import watch as watch_model
from mizan.django.models import OutboxRow
from mizan.protocol.header import format as header_of
from mizan.protocol.targets import target_from_json
from mizan.server.registry import registry

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "other"])
ONE, BOTH = "orders;owner_id=1", "orders;owner_id=1, orders;owner_id=2"


class Stop(Exception):
    """Rolls a block back."""


class Rows:
    """What was left for the network since the last call; `woken`: how often it was to be delivered,
    and whether a row was there for others to see each time."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.woken: list[bool] = []
        monkeypatch.setattr(edge_worker, "wake", self._wake)

    def __call__(self) -> list[str]:
        """Return the rows as header values; all were committed when the network was woken."""
        found = [*OutboxRow.objects.filter(kind=OutboxRow.EDGE).order_by("pk")]
        OutboxRow.objects.all().delete()
        assert all(self.woken)
        assert bool(found) == bool(self.woken)
        self.woken.clear()
        return [header_of([target_from_json(each) for each in row.targets]) for row in found]

    def _wake(self) -> None:
        with_rows = OutboxRow.objects.filter(kind=OutboxRow.EDGE).exists()
        self.woken.append(with_rows and not connections["default"].in_atomic_block)


@pytest.fixture(params=[{}, {"BACKEND": None}], ids=["cache", "no cache"])
def left(
    request: pytest.FixtureRequest, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Rows]:
    settings.MIZAN_CACHE = request.param
    declare()
    with networks(monkeypatch, "cdn"):
        yield Rows(monkeypatch)


@pytest.fixture
def orders() -> list[Order]:
    """An order of each of the users 1 and 2."""
    customers = [Customer.objects.create(owner_id=each) for each in (1, 2)]
    return [Order.objects.create(customer=each) for each in customers]


def test_a_call(web: Web, left: Rows) -> None:
    @client(affects=OrdersContext)
    def pay(request: HttpRequest, owner_id: int) -> int:
        invalidate(TotalContext, order_id=7)
        return 1

    @client(affects=OrdersContext)
    async def apay(request: HttpRequest, owner_id: int) -> int:
        invalidate(TotalContext, order_id=7)
        return 1

    for name in ("pay", "apay"):
        assert web.call(name, owner_id=1).status_code == 200
        assert left() == [f"{ONE}, total;order_id=7"]


def test_a_call_without_a_transaction_leaves_it_before_its_first_effect(
    web: Web, left: Rows
) -> None:
    seen: list[bool] = []

    @client(affects=OrdersContext, atomic=False)
    def pay(request: HttpRequest, owner_id: int) -> int:
        row = OutboxRow.objects.get()
        seen.append((row.due - now()).total_seconds() > 20)  # it has not happened yet
        invalidate(TotalContext, order_id=7)
        return 1

    assert web.call("pay", owner_id=1).status_code == 200
    assert seen == [True]
    assert all(row.due <= now() for row in OutboxRow.objects.all())
    assert left() == [ONE, "total;order_id=7"]


def test_views_and_existing_code(web: Web, left: Rows, settings: Any) -> None:
    @affects(OrdersContext)
    def decorated(request: HttpRequest, owner_id: int) -> HttpResponse:
        return HttpResponse()

    @affects(OrdersContext)
    async def async_decorated(request: HttpRequest, owner_id: int) -> HttpResponse:
        return HttpResponse()

    def block(request: HttpRequest, owner_id: int) -> HttpResponse:
        with affecting(OrdersContext, owner_id=owner_id):
            return HttpResponse()

    def said(request: HttpRequest, owner_id: int) -> HttpResponse:
        invalidate(OrdersContext, owner_id=owner_id)
        return HttpResponse()

    views = {
        "decorated": decorated,
        "asyncdecorated": async_decorated,
        "block": block,
        "said": said,
        "atomic": transaction.atomic(said),
    }
    with site(settings, [path(f"{n}/<int:owner_id>/", view) for n, view in views.items()]):
        for name in views:
            web.post(f"/{name}/1/", {})
            assert left() == [ONE], name


def test_what_is_watched(orders: list[Order], left: Rows) -> None:
    watch_model(Order, OrdersContext, owner_id="customer.owner_id")
    orders[0].save()
    assert left() == [ONE]
    Order.objects.update(total=1)
    assert left() == [BOTH]
    with transaction.atomic():
        for each in orders:
            each.save()
        assert left() == []
    assert left() == [BOTH]


def test_what_is_watched_in_another_database_waits_for_its_commit(
    left: Rows, monkeypatch: pytest.MonkeyPatch
) -> None:
    delayed: list[bool] = []

    original = edge_outbox.hasten

    def hasten(rows: Any) -> bool:
        delayed.extend(row.due > now() for row in OutboxRow.objects.filter(pk__in=rows))
        return original(rows)

    monkeypatch.setattr(edge_outbox, "hasten", hasten)
    watch_model(Order, OrdersContext, owner_id="customer.owner_id")
    with transaction.atomic(using="other"):
        customer = Customer.objects.using("other").create(owner_id=1)
        Order.objects.using("other").create(customer=customer)
    assert delayed == [True]
    assert OutboxRow.objects.get().due <= now()
    assert left() == [ONE]


def test_the_admin(web: Web, orders: list[Order], left: Rows, settings: Any) -> None:
    watch_model(Order, OrdersContext, owner_id="customer.owner_id")
    web.login(User.objects.create_superuser("root"))
    with site(settings, [path("admin/", admin.site.urls)]):
        data = {"customer": str(orders[1].customer_id), "total": "3", "code": "x"}
        reply = web.post(f"/admin/orders/order/{orders[0].pk}/change/", data)
        assert reply.status_code == 302
        assert left() == [BOTH]


def test_what_is_rolled_back_leaves_nothing(web: Web, orders: list[Order], left: Rows) -> None:
    watch_model(Order, OrdersContext, owner_id="customer.owner_id")

    @client(affects=OrdersContext)
    def fail(request: HttpRequest, owner_id: int) -> int:
        raise Stop

    @client(affects=OrdersContext)
    def half(request: HttpRequest, owner_id: int) -> int:
        with suppress(Stop), transaction.atomic():
            invalidate(TotalContext, order_id=7)
            raise Stop
        return 1

    assert web.call("fail", owner_id=1).status_code == 500
    with suppress(Stop), transaction.atomic():
        orders[0].save()
        raise Stop
    with suppress(Stop), affecting(OrdersContext, owner_id=1):
        raise Stop
    assert left() == []
    web.call("half", owner_id=1)
    assert left() == [ONE]


@pytest.mark.django_db(transaction=False)
def test_in_a_test_case_rows_are_of_its_transaction(web: Web, left: Rows) -> None:
    @client(affects=OrdersContext)
    def pay(request: HttpRequest, owner_id: int) -> int:
        return 1

    web.call("pay", owner_id=1)
    assert OutboxRow.objects.count() == 1


def test_without_purgers_nothing_is_written(
    web: Web, left: Rows, settings: Any, django_assert_num_queries: Any
) -> None:
    @client(affects=OrdersContext, atomic=False)
    def pay(request: HttpRequest, owner_id: int) -> int:
        return 1

    settings.MIZAN_EDGE = True
    assert registry.catalog.host.has_purgers is False
    if not web.is_async:
        with django_assert_num_queries(0):
            web.call("pay", owner_id=1)
    assert left() == []

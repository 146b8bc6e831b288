"""mizan.django.watched_rows: rows are read without an object of the application."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection, transaction
from django.db.models.signals import post_init
from django.test.utils import CaptureQueriesContext
from project.orders.models import Customer, Order

from mizan.django import watched_rows

pytestmark = pytest.mark.django_db(transaction=True)


def compiler_of(rows: Any) -> Any:
    return rows.query.get_compiler("default")


@pytest.fixture
def order() -> Order:
    return Order.objects.create(customer=Customer.objects.create(owner_id=5), total=3)


def test_values_by_lookup(order: Order) -> None:
    made: list[Any] = []

    def note(instance: Any, **_: Any) -> None:
        made.append(instance)

    post_init.connect(note)
    try:
        lookups = {"customer__owner_id", "total"}
        with transaction.atomic():
            found = watched_rows.selected(compiler_of(Order.objects.order_by("-total")), lookups)
        assert found == [{"pk": order.pk, "customer__owner_id": 5, "total": 3}]
    finally:
        post_init.disconnect(note)
    assert made == []


def test_more_rows_than_most(order: Order, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watched_rows, "MOST", 1)
    rows = Order.objects.all()
    with CaptureQueriesContext(
        connection,
    ) as queries:
        assert watched_rows.read(rows, {"total"}) == [{"total": 3}]
        Order.objects.create()
        assert watched_rows.read(rows, {"total"}) is None
    assert len(queries) == 3
    assert watched_rows.read(Order.objects.none(), {"total"}) == []


def test_all_rows_whatever_a_manager_hides(order: Order) -> None:
    compiler = compiler_of(Order.objects.all())
    assert watched_rows.all_of(Customer, compiler).count() == 1
    assert [*watched_rows.of_keys(compiler, [order.pk, -1])] == [order]


@pytest.mark.skipif(connection.vendor == "sqlite", reason="it locks no rows")
def test_rows_are_locked(order: Order) -> None:
    with CaptureQueriesContext(connection) as queries, transaction.atomic():
        watched_rows.selected(compiler_of(Order.objects.all()), {"customer__owner_id"})
    assert 'FOR NO KEY UPDATE OF "orders_order"' in queries[1]["sql"]

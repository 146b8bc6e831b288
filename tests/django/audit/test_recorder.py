"""mizan.django.audit.recorder: facts, and no data of rows in them."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from django.core.cache import cache
from django.db import connection, transaction
from django.http import HttpRequest
from project.orders.models import Customer, Order

from mizan.django import client, invalidate
from mizan.django.audit.findings import Finding
from mizan.django.audit.record import Place, Recording, dump
from mizan.django.audit.recorder import Recorder
from mizan.testing.django import MizanClient

pytestmark = pytest.mark.django_db


@pytest.fixture
def order() -> Order:
    return Order.objects.create(customer=Customer.objects.create(owner_id=5), total=3)


def uses(recorder: Recorder, function: str) -> set[str]:
    return recorder.recording.uses.get(Place(function, function, "default", "orders_order"), set())


def test_columns_are_used_when_they_are_looked_at(recorder: Recorder, order: Order) -> None:
    @client(context="seen")
    def seen(request: HttpRequest, order_id: int) -> int:
        return Order.objects.get(pk=order_id).total

    @client(context="kept")
    def kept(request: HttpRequest, order_id: int) -> int:
        cache.set("row", Order.objects.get(pk=order_id))
        return 1

    @client(context="dumped")
    def dumped(request: HttpRequest, order_id: int) -> int:
        return len(vars(Order.objects.get(pk=order_id)))

    @client(context="saved")
    def saved(request: HttpRequest, order_id: int) -> int:
        found = Order.objects.get(pk=order_id)
        found.save()
        Order(total=9).save()
        return 1

    for name in ("seen", "kept", "dumped", "saved"):
        assert MizanClient().read(name, order_id=order.pk).status == 200
    assert uses(recorder, "seen") == {"total"}
    assert uses(recorder, "kept") > {"total", "code", "customer_id"}
    assert uses(recorder, "dumped") == uses(recorder, "kept")
    assert "total" not in uses(recorder, "saved")


def test_what_is_rolled_back_was_not_written(recorder: Recorder, order: Order) -> None:
    @client(affects="seen")
    def fail(request: HttpRequest) -> None:
        Order.objects.update(total=4)
        raise LookupError

    @client(affects="seen")
    def half(request: HttpRequest) -> None:
        try:
            with transaction.atomic():
                Order.objects.update(total=4)
                raise LookupError
        except LookupError:
            Customer.objects.update(owner_id=6)

    @client(context="seen")
    def seen(request: HttpRequest, number: int) -> int:
        return number

    web = MizanClient(raise_request_exception=False)
    assert web.call("fail").status == 500
    assert web.call("half").status == 200
    assert {fact.table for fact in recorder.recording.writes} == {"orders_customer"}
    assert [each.name for each in recorder.recording.done] == ["half"]


def test_no_value_is_recorded(recorder: Recorder, order: Order) -> None:
    @client(context="seen")
    def seen(request: HttpRequest, owner: str) -> int:
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT total FROM orders_order WHERE code = '{owner}'")  # noqa: S608
            return len(cursor.fetchall())

    @client
    def change(request: HttpRequest, owner: str) -> None:
        Order.objects.update(code=owner)
        invalidate("seen", owner=owner)

    MizanClient().read("seen", owner="Lovelace")
    MizanClient().call("change", owner="Lovelace")
    recorder.units.flush()
    text = json.dumps(dump(recorder.recording))
    assert "orders_order" in text
    assert "ovelace" not in text


def test_a_row_that_two_instances_show_is_shared(
    recorder: Recorder, order: Order, found: Callable[[], list[Finding]]
) -> None:
    other = Order.objects.create(customer=order.customer)

    @client(context="seen")
    def seen(request: HttpRequest, order_id: int) -> int:
        row = Order.objects.get(pk=order_id)
        return Customer.objects.get(pk=row.customer_id).owner_id

    @client(affects="seen")
    def rename(request: HttpRequest, order_id: int) -> None:
        Customer.objects.filter(order=order_id).update(owner_id=9)

    for each in (order, other):
        MizanClient().read("seen", order_id=each.pk)
    MizanClient().call("rename", order_id=order.pk)
    (finding,) = found()
    assert (finding.kind, finding.table, finding.add) == (
        "scope",
        "orders_customer",
        'affects="seen"',
    )


def test_a_row_that_was_missing_is_noticed_when_it_comes(
    recorder: Recorder, found: Callable[[], list[Finding]]
) -> None:
    @client(context="seen")
    def seen(request: HttpRequest, code: str) -> int:
        row = Order.objects.filter(code=code).first()
        return row.total if row else 0

    @client
    def make(request: HttpRequest) -> None:
        Order.objects.create(code="a")

    MizanClient().read("seen", code="a")
    MizanClient().call("make")
    assert [(each.kind, each.writer) for each in found()] == [("undeclared", "make")]


def test_a_recording_begins_empty(recorder: Recorder) -> None:
    assert recorder.recording == Recording()

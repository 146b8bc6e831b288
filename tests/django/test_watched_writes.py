"""mizan.django.watched_writes: each kind of write of the ORM, and exactly what it makes stale.

What became stale is what the origin's cache then computes anew.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest
from asgiref.sync import async_to_sync
from django.contrib.auth.models import User
from django.core import serializers
from django.db import IntegrityError, connection, transaction
from django.db.models import Count, F, Q
from django.http import HttpRequest
from django.urls import path
from ninja import NinjaAPI
from project.http import Web
from project.orders.models import Customer, Gift, Label, Order
from project.stale import OrdersContext, Reads, TotalContext, declare, heard, site

from mizan.django import client, gathered, savepoints, watch, watched_rows, watched_writes

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "other"])
ALL = ["user 1", "user 2", "user 3"]


class Stop(Exception):
    """Rolls a block back."""


@pytest.fixture(autouse=True)
def _contexts() -> None:
    declare()
    watch(Order, OrdersContext, owner_id="customer.owner_id")


@pytest.fixture
def customers() -> list[Customer]:
    """Customers of the users 1, 2 and 3; the index is the user."""
    made = [Customer.objects.create(owner_id=each) for each in (1, 2, 3)]
    return [made[0], *made]


@pytest.fixture
def orders(customers: list[Customer]) -> list[Order]:
    """An order of each customer; the index is the user."""
    made = [Order.objects.create(customer=each, total=1) for each in customers[1:]]
    return [made[0], *made]


def label() -> Label:
    return Label.objects.create(text="x")


def moved(order: Order, customer: Customer | None) -> Order:
    order.customer = customer
    return order


def labelled(order: Order) -> None:
    order.labels.add(label())


def relabelled(order: Order, how: str) -> None:
    one = label()
    Order.labels.through.objects.bulk_create([Order.labels.through(order=order, label=one)])
    getattr(order.labels, how)(*([one] if how == "remove" else []))


def labelled_and_deleted(order: Order) -> None:
    one = label()
    order.labels.add(one)
    one.delete()


def agent_of(order: Order) -> Customer:
    agent = Customer.objects.create(owner_id=9)
    Order.objects.filter(pk=order.pk).update(agent=agent)
    return agent


def upsert(orders: list[Order], customers: list[Customer]) -> None:
    made = [Order(customer=customers[2], code="a")]
    Order.objects.bulk_create(
        made, update_conflicts=True, unique_fields=["code"], update_fields=["total"]
    )


def loaded(order: Order) -> None:
    text = serializers.serialize("json", [order])
    for each in serializers.deserialize("json", text):
        each.save()


# what is done with (orders, customers) -> what becomes stale
WRITES: dict[str, tuple[Callable[[Any, Any], Any], list[str]]] = {
    "save": (lambda o, c: o[1].save(), ["user 1"]),
    "save of a new one": (lambda o, c: Order(customer=c[2]).save(), ["user 2"]),
    "save of a field": (lambda o, c: o[1].save(update_fields=["total"]), ["user 1"]),
    "asave": (lambda o, c: async_to_sync(o[1].asave)(), ["user 1"]),
    "a move": (lambda o, c: moved(o[1], c[2]).save(), ["user 1", "user 2"]),
    "a move to nobody": (lambda o, c: moved(o[1], None).save(), ALL),
    "create": (lambda o, c: Order.objects.create(customer=c[3]), ["user 3"]),
    "create for nobody": (lambda o, c: Order.objects.create(), ALL),
    "get_or_create": (lambda o, c: Order.objects.get_or_create(pk=o[1].pk), []),
    "update_or_create": (
        lambda o, c: Order.objects.update_or_create({"total": 9}, pk=o[1].pk),
        ["user 1"],
    ),
    "delete": (lambda o, c: o[1].delete(), ["user 1"]),
    "bulk_create": (
        lambda o, c: Order.objects.bulk_create([Order(customer=each) for each in c[1:3]]),
        ["user 1", "user 2"],
    ),
    "bulk_create that ignores": (
        lambda o, c: Order.objects.bulk_create([Order(customer=c[1])], ignore_conflicts=True),
        ["user 1"],
    ),
    "bulk_create that updates": (upsert, ALL),
    "bulk_update": (
        lambda o, c: Order.objects.bulk_update(o[1:3], ["total"]),
        ["user 1", "user 2"],
    ),
    "bulk_update that moves": (
        lambda o, c: Order.objects.bulk_update([moved(o[1], c[3])], ["customer"]),
        ["user 1", "user 3"],
    ),
    "update": (lambda o, c: Order.objects.filter(pk=o[1].pk).update(total=9), ["user 1"]),
    "update of none": (lambda o, c: Order.objects.filter(pk=-1).update(total=9), []),
    "update of nothing": (lambda o, c: Order.objects.none().update(total=9), []),
    "update by an expression": (
        lambda o, c: Order.objects.filter(pk__in=[o[1].pk, o[3].pk]).update(total=F("total") + 1),
        ["user 1", "user 3"],
    ),
    "update by a relation": (
        lambda o, c: Order.objects.filter(customer__owner_id=2).update(total=2),
        ["user 2"],
    ),
    "update by an outer relation": (
        lambda o, c: Order.objects.filter(Q(agent=None) & Q(customer__owner_id=2)).update(total=2),
        ["user 2"],
    ),
    "update by groups": (
        lambda o, c: Order.objects.alias(n=Count("labels")).filter(n=0, pk=o[2].pk).update(total=2),
        ["user 2"],
    ),
    "update of distinct ones": (
        lambda o, c: Order.objects.filter(labels=None, pk=o[2].pk).distinct().update(total=2),
        ["user 2"],
    ),
    "update that moves": (
        lambda o, c: Order.objects.filter(pk=o[1].pk).update(customer=c[2]),
        ["user 1", "user 2"],
    ),
    "update that moves by an expression": (
        lambda o, c: Order.objects.filter(pk=o[1].pk).update(customer_id=F("customer_id") + 1),
        ["user 1", "user 2"],
    ),
    "aupdate": (
        lambda o, c: async_to_sync(Order.objects.filter(pk=o[1].pk).aupdate)(total=9),
        ["user 1"],
    ),
    "delete of some": (
        lambda o, c: Order.objects.filter(customer__owner_id__lt=3).delete(),
        ["user 1", "user 2"],
    ),
    "raw delete": (
        lambda o, c: Order.objects.filter(pk=o[2].pk)._raw_delete("default"),
        ["user 2"],
    ),
    # Django deletes the customer first, as the column may be null: then nobody knows whose it was.
    "delete by cascade": (lambda o, c: c[1].delete(), ALL),
    "delete by cascade, of a row between": (lambda o, c: labelled_and_deleted(o[1]), ["user 1"]),
    "set null by cascade": (
        lambda o, c: agent_of(o[2]).delete(),
        ["user 2"],
    ),
    "many to many: add": (lambda o, c: labelled(o[1]), ["user 1"]),
    "many to many: remove": (lambda o, c: relabelled(o[1], "remove"), ["user 1"]),
    "many to many: clear": (lambda o, c: relabelled(o[1], "clear"), ["user 1"]),
    "many to many: set": (lambda o, c: o[1].labels.set([label()]), ["user 1"]),
    "many to many: from the other side": (lambda o, c: label().order_set.add(o[2]), ["user 2"]),
    "a step of the path": (
        lambda o, c: Customer.objects.filter(pk=c[1].pk).update(owner_id=3),
        ["user 1", "user 3"],
    ),
    "another column of a step": (lambda o, c: Customer.objects.update(id=F("id")), []),
    "another model": (lambda o, c: label(), []),
    "a child of the model": (lambda o, c: Gift.objects.create(customer=c[3]), ["user 3"]),
    "a child's own column": (
        lambda o, c: Gift.objects.filter(pk=-1).update(wish="x", total=4),
        [],
    ),
    "a fixture": (lambda o, c: loaded(o[1]), ["user 1"]),
}


@pytest.mark.parametrize("name", WRITES)
def test_a_write(orders: list[Order], customers: list[Customer], name: str) -> None:
    do, expected = WRITES[name]
    reads = Reads(Web())
    do(orders, customers)
    assert reads() == expected


@pytest.mark.parametrize("name", ["save", "a move", "delete", "bulk_create", "update that moves"])
def test_a_write_in_a_transaction(
    orders: list[Order], customers: list[Customer], name: str
) -> None:
    do, expected = WRITES[name]
    reads, keys = Reads(Web()), [each.pk for each in orders]
    with suppress(Stop), transaction.atomic():
        do(orders, customers)
        raise Stop
    assert reads() == []
    with heard() as signals, transaction.atomic():
        with suppress(Stop), transaction.atomic():
            orders[3].save()
            raise Stop
        fresh = [Order.objects.get(pk=each) for each in keys]
        do(fresh, customers)
        assert signals == []
    assert reads() == expected


def test_a_write_that_fails_makes_nothing_stale(orders: list[Order]) -> None:
    reads = Reads(Web())
    Order.objects.filter(pk=orders[1].pk).update(code="a")
    assert reads() == ["user 1"]
    with pytest.raises(IntegrityError):
        Order.objects.filter(pk=orders[2].pk).update(code="a")
    with pytest.raises(IntegrityError), transaction.atomic():
        Order.objects.filter(pk=orders[2].pk).update(code="a")
    assert reads() == []


def test_too_many_rows_are_the_whole_context(
    orders: list[Order], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watched_rows, "MOST", 1)
    reads = Reads(Web())
    Order.objects.filter(pk=orders[1].pk).update(total=5)
    assert reads() == ["user 1"]
    for write in (
        lambda: Order.objects.filter(pk__in=[each.pk for each in orders[1:3]]).update(total=5),
        lambda: Order.objects.bulk_create([Order(customer=orders[1].customer) for _ in "ab"]),
        lambda: Order.objects.filter(customer=orders[1].customer).delete(),
    ):
        write()
        assert reads() == ALL


def test_the_new_key_of_a_row(orders: list[Order]) -> None:
    watch(Order, TotalContext, order_id="pk")
    new = orders[3].pk + 1
    reads = Reads(Web(), users=[], orders=[new, new + 1, new + 2])
    assert Order.objects.create(customer=orders[1].customer).pk == new
    assert reads() == [f"order {new}"]
    Order.objects.bulk_create([Order(), Order()])
    assert reads() == [f"order {new + 1}", f"order {new + 2}"]


def test_a_row_to_which_none_refers_is_nobodys(customers: list[Customer]) -> None:
    order = Order.objects.create(agent=customers[1])
    watch(Customer, TotalContext, order_id="handled.pk")
    reads = Reads(Web(), users=[], orders=[order.pk, 0])
    Customer.objects.create(owner_id=7).delete()
    Customer.objects.filter(pk=customers[2].pk).update(owner_id=8)
    assert reads() == []
    Customer.objects.filter(pk=customers[1].pk).update(owner_id=8)
    assert reads() == [f"order {order.pk}"]


def test_a_table_of_a_parent(orders: list[Order], customers: list[Customer]) -> None:
    watch(Gift, TotalContext, order_id="pk")
    gift = Gift.objects.create(customer=customers[1])
    reads, expected = Reads(Web(), users=[], orders=[gift.pk, 0]), [f"order {gift.pk}"]
    Gift.objects.filter(pk=gift.pk).update(total=7)
    assert reads() == expected
    Order.objects.filter(pk=gift.pk).update(total=8)
    assert reads() == expected
    gift.delete()
    assert reads() == expected


def test_another_database(orders: list[Order], monkeypatch: pytest.MonkeyPatch) -> None:
    gather, in_its_own = gathered.gather, []

    def noted(*args: Any) -> None:
        in_its_own.append((savepoints.in_transaction("other"), savepoints.in_transaction()))
        gather(*args)

    monkeypatch.setattr(gathered, "gather", noted)
    reads = Reads(Web())
    with heard() as signals:
        there = Customer.objects.using("other").create(owner_id=3)
        Order.objects.using("other").create(customer=there)
        with transaction.atomic(using="other"):
            Order.objects.using("other").update(total=2)
    assert (reads(), signals) == (["user 3"], ["orders;owner_id=3"] * 2)
    assert in_its_own == [(True, False)] * 2


def test_within_a_mutation_targets_are_in_its_reply(web: Web, orders: list[Order]) -> None:
    @client
    def pay(request: HttpRequest, order_id: int) -> None:
        Order.objects.filter(pk=order_id).update(total=0)

    @client(atomic=False, affects=TotalContext)
    def pay_loosely(request: HttpRequest, order_id: int) -> None:
        Order.objects.filter(pk=order_id).update(total=0)

    reads = Reads(web)
    for name, more in (("pay", ""), ("pay_loosely", f", total;order_id={orders[1].pk}")):
        reply = web.call(name, order_id=orders[1].pk)
        assert reply.headers["X-Mizan-Invalidate"] == "orders;owner_id=1" + more
        assert reply.json()["invalidate"][0]["params"] == {"owner_id": 1}
        assert reads() == ["user 1"]


@pytest.mark.django_db(transaction=False)
def test_in_a_test_case_the_same_is_true(web: Web, orders: list[Order]) -> None:
    reads = Reads(web)
    orders[1].save()
    Order.objects.filter(pk=orders[2].pk).update(total=3)
    assert reads() == ["user 1", "user 2"]


def test_the_admins_own_forms(web: Web, orders: list[Order], settings: Any) -> None:
    from django.contrib import admin

    boss = User.objects.create_superuser("boss", password="x")
    web.login(boss)
    url = f"/admin/orders/order/{orders[1].pk}/"
    with site(settings, [path("admin/", admin.site.urls)]):
        reads = Reads(web)
        form = {"customer": orders[1].customer_id, "total": 5, "code": "b"}
        response = web.post(f"{url}change/", form)
        assert (response.status_code, response.headers["X-Mizan-Invalidate"]) == (
            302,
            "orders;owner_id=1",
        )
        assert reads() == ["user 1"]
        refused = web.post(f"{url}change/", {"total": "x"})
        assert (refused.status_code, "X-Mizan-Invalidate" in refused.headers) == (200, False)
        moved = web.post(f"{url}change/", form | {"customer": orders[2].customer_id})
        assert moved.headers["X-Mizan-Invalidate"] == "orders;owner_id=1, orders;owner_id=2"
        assert reads() == ["user 1", "user 2"]
        chosen = {"action": "delete_selected", "_selected_action": [orders[3].pk], "post": "yes"}
        assert web.post("/admin/orders/order/", chosen).status_code == 302
        assert reads() == ["user 3"]


def test_an_operation_of_ninja(web: Web, orders: list[Order], settings: Any) -> None:
    api = NinjaAPI(urls_namespace="watched")

    @api.post("/total")
    def total(request: HttpRequest, order: int) -> dict[str, int]:
        return {"changed": Order.objects.filter(pk=order).update(total=4)}

    with site(settings, [path("ninja/", api.urls)]):
        reads = Reads(web)
        response = web.request("POST", f"/ninja/total?order={orders[1].pk}")
        assert json.loads(response.content) == {"changed": 1}
        assert response.headers["X-Mizan-Invalidate"] == "orders;owner_id=1"
        assert response.headers["Cache-Control"] == "no-store"
        assert reads() == ["user 1"]


def test_rows_that_came_meanwhile_are_not_missed(
    orders: list[Order], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A statement may write rows that were committed after its own were read."""
    kept = watched_writes.selected

    def selected(compiler: Any, lookups: Any) -> Any:
        rows: Any = kept(compiler, lookups)
        return [row for row in rows if row["pk"] != orders[2].pk]

    monkeypatch.setattr(watched_writes, "selected", selected)
    reads = Reads(Web())
    Order.objects.update(total=6)
    assert reads() == ALL
    Order.objects.filter(pk__in=[orders[1].pk, orders[2].pk]).delete()
    assert reads() == ALL


@pytest.mark.skipif(connection.vendor == "sqlite", reason="it has one writer, and locks no rows")
def test_a_row_that_another_moves_is_read_after_that(
    orders: list[Order], customers: list[Customer]
) -> None:
    reads, may_end = Reads(Web()), threading.Event()

    def save() -> None:
        try:
            with transaction.atomic():
                moved(Order.objects.get(pk=orders[1].pk), customers[3]).save()
                may_end.wait(10)
        finally:
            connection.close()

    other = threading.Thread(target=save)
    with transaction.atomic():
        Order.objects.filter(pk=orders[1].pk).update(customer=customers[2])
        other.start()
        other.join(0.5)
    assert reads() == ["user 1", "user 2"]
    may_end.set()
    other.join()
    assert {"user 2", "user 3"} <= {*reads()}  # the database tells not whose the row was: all are

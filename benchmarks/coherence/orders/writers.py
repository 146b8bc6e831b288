"""Each kind of write that `watch` sees, in a transaction of the caller's or of the statement's."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from random import Random

from django.db import connection, transaction
from django.db.models import F
from rows.mizan import Refused, RowContext

from mizan.django import affects, invalidate
from orders.models import Label, Order


def save(key: int, _: int) -> None:
    order = _order(key)
    order.total += 1
    order.save()


def move(key: int, other: int) -> None:
    order = _order(key)
    order.owner_id = other
    order.save()


def update(key: int, _: int) -> None:
    Order.objects.filter(owner_id=key).update(total=F("total") + 1)


def move_some(key: int, other: int) -> None:
    some = [*Order.objects.filter(owner_id=key).order_by("pk").values_list("pk", flat=True)[:2]]
    Order.objects.filter(pk__in=some).update(owner_id=other)


def bulk_create(key: int, other: int) -> None:
    Order.objects.bulk_create([Order(owner_id=key), Order(owner_id=other)])


def bulk_update(key: int, other: int) -> None:
    """Exchange an order of each."""
    orders = [_order(key), _order(other)]
    orders[0].owner_id, orders[1].owner_id = other, key
    Order.objects.bulk_update(orders, ["owner"])


def delete(key: int, _: int) -> None:
    _order(key).delete()


def delete_all(key: int, _: int) -> None:
    Order.objects.filter(owner_id=key).delete()


def label(key: int, _: int) -> None:
    # Locked, as nobody else does: what a label's row refers to may be moved meanwhile.
    order = Order.objects.select_for_update().filter(pk=_order(key).pk).first()
    if order is None:
        return
    labels = [*Label.objects.order_by("pk")]
    order.labels.set(labels[: key % len(labels)])
    order.labels.add(labels[-1])
    if order.pk % 2:
        order.labels.clear()


def within(key: int, other: int) -> None:
    """Write twice, with a savepoint that is rolled back in between."""
    Order.objects.create(owner_id=key)
    with suppress(Refused), transaction.atomic():
        Order.objects.filter(owner_id=other).update(total=0)
        raise Refused("as always")
    Order.objects.filter(owner_id=key).update(total=F("total") + 1)


def undo(key: int, other: int) -> None:
    """Write, and roll that back."""
    move(key, other)
    raise Refused("as always")


def raw(key: int, _: int) -> None:
    """Write by SQL, and say so."""
    with connection.cursor() as cursor:
        cursor.execute("UPDATE orders_order SET total = 0 WHERE owner_id = %s", [key])
    invalidate(RowContext, key=key)


@affects(RowContext)
def _declared(key: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute("UPDATE orders_order SET total = 1 WHERE owner_id = %s", [key])


def declared(key: int, _: int) -> None:
    """Write by SQL, in a function that is declared to."""
    _declared(key)


Writer = Callable[[int, int], None]
LOOSE: tuple[Writer, ...] = (update, bulk_create, delete_all, declared)
"""What is begun outside of any transaction."""
ATOMIC: tuple[Writer, ...] = (
    save,
    move,
    move_some,
    bulk_update,
    delete,
    label,
    within,
    undo,
    raw,
    declared,
)


def write(draw: Random, keys: int) -> None:
    """Do one write, drawn. Raises Refused or OperationalError for one that was rolled back."""
    key, other = draw.sample(range(1, keys + 1), 2)
    if draw.random() < len(LOOSE) / len(LOOSE + ATOMIC):
        draw.choice(LOOSE)(key, other)
        return
    with transaction.atomic():
        draw.choice(ATOMIC)(key, other)


def make() -> None:
    """Make what writers need."""
    Label.objects.bulk_create([Label() for _ in range(3)])


def _order(key: int) -> Order:
    found = Order.objects.filter(owner_id=key).order_by("pk").first()
    return found or Order.objects.create(owner_id=key)

"""Tasks, run as a worker runs them: without a request."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from mizan.django.signals import invalidated
from mizan.protocol.targets import serialise
from mizan.testing.django import MizanClient, commits
from store.models import Customer, Order, OrderStatus
from store.tasks import ship_order


@pytest.fixture
def heard() -> Iterator[set[str]]:
    """What was made stale outside of requests."""
    found: set[str] = set()

    def hear(targets: Any, **_: Any) -> None:
        found.update(map(serialise, targets))

    invalidated.connect(hear)
    yield found
    invalidated.disconnect(hear)


@pytest.fixture
def paid(order: Order) -> Order:
    """Ada's order, paid."""
    with commits():
        order.status = OrderStatus.PAID
        order.save()
    return order


def test_a_shipped_order_is_seen_by_its_customer_alone(
    paid: Order,
    ada: MizanClient,
    bo: MizanClient,
    customer: Callable[..., Customer],
    heard: set[str],
) -> None:
    Order.objects.create(tenant="north", customer=customer("bo"), total=1)
    for client in (ada, bo):
        client.read("orders")
        client.read("notifications")
    with commits():
        ship_order.delay(paid.pk)
    assert heard == {
        "office",
        f"order;order_id={paid.pk}",
        f"orders;customer_id={paid.customer_id}",
        f"notifications;user_id={paid.customer.user_id}",
    }
    assert ada.read("orders")["orders"][0]["status"] == "shipped"
    text = f"Order {paid.pk} is shipped."
    assert ada.read("notifications")["notifications"][0]["text"] == text
    for context in ("orders", "notifications"):
        assert bo.read(context).headers["cache-status"] == "mizan; hit"


@pytest.mark.parametrize("status", ["placed", "shipped", "cancelled"])
def test_nothing_but_what_is_paid_is_shipped(order: Order, status: str, heard: set[str]) -> None:
    Order.objects.update(status=status)
    with commits():
        ship_order.delay(order.pk)
    order.refresh_from_db()
    assert (order.status, heard) == (status, set())


def test_a_task_that_fails_leaves_nothing_behind(
    paid: Order, heard: set[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any) -> None:
        raise ConnectionError

    monkeypatch.setattr("store.mizan.orders._notify", fail)
    with commits(), pytest.raises(ConnectionError):
        ship_order.delay(paid.pk)
    paid.refresh_from_db()
    assert (paid.status, heard) == (OrderStatus.PAID, set())

"""mizan.django.watching: `watch`, declared beside the contexts, and what is wrong with it."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import models
from project.http import Web
from project.orders.models import Order
from project.stale import OrdersContext, Reads, TotalContext, declare

from mizan.django import watch
from mizan.django.checks import check_declarations
from mizan.django.watching import WATCHES, plan
from mizan.server.registry import registry

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _contexts() -> None:
    declare()


@pytest.mark.parametrize(
    ("affected", "paths", "check", "message"),
    [
        ("ordrs", {}, "mizan.E004", "did you mean 'orders'?"),
        (OrdersContext, {"owner": "pk"}, "mizan.E009", "cannot scope by 'owner'"),
        (OrdersContext, {"owner_id": "custmer.owner_id"}, "mizan.E017", "did you mean 'customer'"),
        (OrdersContext, {"owner_id": "customer.x"}, "mizan.E017", "Customer has no field 'x'"),
        (OrdersContext, {"owner_id": "total.x"}, "mizan.E017", "leads to no other model"),
        (OrdersContext, {"owner_id": "labels"}, "mizan.E017", "is no column of Order"),
    ],
)
def test_what_is_wrong_is_a_check(
    affected: Any, paths: dict[str, str], check: str, message: str
) -> None:
    watch(Order, affected, **paths)
    (found,) = check_declarations()
    assert (found.id, message in found.msg) == (check, True), found
    assert str(found.obj).startswith(__file__)


@pytest.mark.parametrize(
    "path",
    ["customer.owner_id", "customer", "customer_id", "pk", "agent.handled.total", "labels.id"],
)
def test_what_is_right(path: str) -> None:
    watch(Order, OrdersContext, owner_id=path)
    assert check_declarations() == []
    assert plan(registry.catalog)[Order][0].effects


def test_what_is_no_model() -> None:
    with pytest.raises(TypeError, match="takes a model first"):
        watch(OrdersContext, OrdersContext)
    with pytest.raises(TypeError, match="Say what becomes stale"):
        watch(Order, [])


def test_a_watch_that_is_gone_sees_nothing(web: Web) -> None:
    watch(Order, OrdersContext)
    reads = Reads(web)
    Order.objects.create()
    assert reads() == ["user 1", "user 2", "user 3"]
    WATCHES.clear()
    Order.objects.create()
    assert reads() == []


def test_several_contexts_and_several_watches(web: Web) -> None:
    order = Order.objects.create()
    watch(Order, [TotalContext, "orders"])
    watch(User, TotalContext, order_id="pk")
    reads = Reads(web, users=[1], orders=[order.pk])
    order.save()
    assert reads() == ["user 1", f"order {order.pk}"]
    User.objects.create(pk=order.pk, username="ada")
    assert reads() == [f"order {order.pk}"]


def test_the_plan_is_made_anew_for_another_catalog() -> None:
    watch(Order, OrdersContext, owner_id="customer.owner_id")
    first = plan(registry.catalog)
    assert plan(registry.catalog) is first
    registry.reset()
    assert plan(registry.catalog) is not first
    assert {model._meta.model_name for model in first} == {"order", "customer", "order_labels"}
    assert all(issubclass(model, models.Model) for model in first)

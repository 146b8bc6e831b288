"""mizan.django.watched_paths: which models' rows change what a path leads to."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from project.orders.models import Customer, Gift, Label, Order

from mizan.django.watched_paths import PathInvalid, Source, hops, lookup, sources

Through = Order.labels.through


def test_the_steps_of_a_path() -> None:
    first, last = hops(Order, "customer.owner_id")
    assert (first.model, first.field.name, first.rest) == (Order, "customer", "owner_id")
    assert (last.model, last.field.name, last.rest) == (Customer, "owner_id", "")
    assert lookup("customer.owner_id") == "customer__owner_id"
    with pytest.raises(PathInvalid, match="Label has no field 'name'"):
        hops(Order, "labels.name")


def found(model: type, *paths: str) -> list[Source]:
    return [each for each in sources(model, paths) if each.model is not Through]


def test_what_a_path_passes_is_watched_too() -> None:
    path = "customer.owner_id"
    assert [*sources(Order, [path])] == [
        Source(Order, {path: "customer__owner_id"}),
        Source(Through, {path: "order__customer__owner_id"}),
        Source(Customer, {path: "owner_id"}, frozenset({"owner_id"})),
    ]


def test_paths_over_many_rows() -> None:
    assert found(Label, "order.total") == [
        Source(Label, {"order.total": "order__total"}),
        Source(Order, {"order.total": "total"}),
    ]
    assert found(Customer, "handled.total") == [
        Source(Customer, {"handled.total": "handled__total"}),
        Source(Order, {"handled.total": "total"}),
    ]
    path = "customer.handled.labels.id"
    assert Source(Through, {path: "label__id"}) in sources(Order, [path])


def test_relations_of_many_to_many_from_both_sides() -> None:
    for model, way in ((Order, "order"), (Label, "label")):
        assert Source(Through, {"pk": f"{way}__pk"}) in sources(model, ["pk"])
    membership = User.groups.through
    assert Source(membership, {"pk": "user__pk"}) in sources(User, ["pk"])


def test_the_table_of_a_parent() -> None:
    (_, parent, *_) = sources(Gift, ["total"])
    assert (parent.model, parent.lookups) == (Order, {"total": "gift__total"})
    assert parent.only is not None
    assert {"total", "customer_id"} < parent.only


def test_where_null_says_that_there_is_no_row() -> None:
    assert {path: found(model, path)[0].nobodys for model, path in (
        (Customer, "handled.total"),
        (Label, "order.pk"),
        (Label, "order.customer.owner_id"),  # an order may have no customer
        (Customer, "handled.code"),
        (Order, "customer.owner_id"),
    )} == {
        "handled.total": {"handled.total"},
        "order.pk": {"order.pk"},
        "order.customer.owner_id": frozenset(),
        "handled.code": frozenset(),
        "customer.owner_id": frozenset(),
    }  # fmt: skip

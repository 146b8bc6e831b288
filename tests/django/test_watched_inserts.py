"""mizan.django.watched_inserts: whose a new row is."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from django.db import connection
from django.db.models import Value
from django.db.models.sql.subqueries import InsertQuery
from django.test.utils import CaptureQueriesContext
from project.orders.models import Customer, Order

from mizan.django import watched_inserts

pytestmark = pytest.mark.django_db(transaction=True)
PK = Order._meta.pk


def rows(objects: list[Any], lookups: list[str], keys: list[int] | None = None) -> Any:
    query = InsertQuery(Order)
    query.insert_values([], objects)
    fields = [PK] if keys else None
    compiler = SimpleNamespace(query=query, using="default", returning_fields=fields)
    found = watched_inserts.rows(compiler, lookups, [(key,) for key in keys or ()])
    return [tuple(row.get(each) for each in lookups) for row in found]


def test_columns_are_those_of_the_objects() -> None:
    made = [Order(pk=7, total=1), Order(total=2, customer_id=3)]
    with CaptureQueriesContext(connection) as queries:
        assert rows(made, ["total", "customer", "customer_id"]) == [(1, None, None), (2, 3, 3)]
        assert rows(made, ["pk", "id"]) == [(7, 7), (None, None)]
        assert rows(made[1:], ["pk"], [9]) == [(9,)]
        assert rows([Order(total=Value(1))], ["total"]) == [(None,)]
    assert len(queries) == 0


def test_the_rest_is_asked_once_of_what_they_refer_to() -> None:
    customers = [Customer.objects.create(owner_id=each) for each in (5, 6)]
    made = [Order(customer=each) for each in (*customers, *customers)] + [Order()]
    with CaptureQueriesContext(connection) as queries:
        found = rows(made, ["customer__owner_id"])
    assert (found, len(queries)) == ([(5,), (6,), (5,), (6,), (None,)], 1)


def test_what_leads_to_several_values_is_several_rows() -> None:
    customer = Customer.objects.create(owner_id=5)
    for total in (1, 2):
        Order.objects.create(customer=customer, total=total)
    found = rows([Order(customer=customer, total=9)], ["customer__order__total", "total"])
    assert sorted(found) == [(1, 9), (2, 9)]
    assert rows([Order()], ["labels__text"]) == [(None,)]

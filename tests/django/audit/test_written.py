"""mizan.django.audit.written: which columns of which rows a statement changes."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from project.orders.models import Customer, Order

from mizan.django.audit import written
from mizan.django.audit.parser import parse
from mizan.django.audit.written import Written

pytestmark = pytest.mark.django_db


@pytest.fixture
def orders() -> list[Order]:
    owner = Customer.objects.create(owner_id=7)
    return [Order.objects.create(customer=owner, total=each) for each in (1, 2)]


def run(sql: str, params: Any = (), *, many: bool = False) -> Written | None:
    (change,) = parse(sql).changes
    known = None if many else written.before(connection, sql, params, change)
    with connection.cursor() as cursor:
        (cursor.executemany if many else cursor.execute)(sql, params)
    return written.written(connection, change, params, known, many=many)


def test_an_update_changes_what_differs_after_it(orders: list[Order]) -> None:
    key = orders[0].pk
    found = run("UPDATE orders_order SET total = %s, code = NULL WHERE id = %s", [9, key])
    assert found is not None
    assert found.columns == {"total"}
    assert found.values is not None
    assert (found.values["total"], found.values["id"]) == ({"1", "9"}, {str(key)})
    assert run("UPDATE orders_order SET total = 9 WHERE id = %s", [key]) is None
    assert run("UPDATE orders_order SET total = 9 WHERE id = 0") is None


def test_a_delete_is_of_the_rows_before_it(orders: list[Order]) -> None:
    found = run("DELETE FROM orders_order WHERE total > %s", [1])
    assert found is not None
    assert (found.columns, found.values and found.values["total"]) == (None, {"2"})


def test_an_insert_tells_its_values(orders: list[Order]) -> None:
    sql = "INSERT INTO orders_customer (owner_id) VALUES (%s)"
    assert run(sql, [5]) == Written(None, {"owner_id": frozenset({"5"})})
    assert run(sql, [(5,), (6,)], many=True) == Written(None, {"owner_id": frozenset("56")})
    copied = "INSERT INTO orders_customer (owner_id) SELECT owner_id + 1 FROM orders_customer"
    assert run(copied) == Written(None, None)


def test_what_nobody_knows(orders: list[Order], monkeypatch: pytest.MonkeyPatch) -> None:
    aliased = "UPDATE orders_order AS o SET total = 5 WHERE o.id > 0"
    assert run(aliased) == Written(frozenset({"total"}), None)
    assert run("DELETE FROM orders_order WHERE id = %(id)s", {"id": 0}) == Written(None, None)
    monkeypatch.setattr(written, "MOST", 1)
    found = run("UPDATE orders_order SET total = 3")
    assert found == Written(frozenset({"total"}), None)


def test_a_refused_query_breaks_nothing(orders: list[Order]) -> None:
    (change,) = parse("DELETE FROM nothing WHERE id = 1").changes
    with transaction.atomic():
        assert written.before(connection, "DELETE FROM nothing WHERE id = 1", (), change) is None
        assert Order.objects.count() == 2
        transaction.set_rollback(True)
        assert written.before(connection, "DELETE FROM nothing", (), change) is None


def test_nobody_counts_these_queries(orders: list[Order]) -> None:
    sql = "DELETE FROM orders_order"
    (change,) = parse(sql).changes
    with CaptureQueriesContext(connection) as queries:
        assert len(written.before(connection, sql, (), change) or ()) == 2
    assert len(queries) == 0

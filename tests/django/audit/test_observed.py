"""mizan.django.audit.observed: what one query tells of a context."""

from __future__ import annotations

from uuid import UUID

import pytest

from mizan.django.audit.observed import Seen, getter, look, plain, template
from mizan.django.audit.parser import parse
from mizan.django.audit.tokens import tokens


def seen(sql: str, params: object = (), *, objects: bool = False, **values: str) -> list[Seen]:
    return list(look(parse(sql), params, values, are_objects=objects))


def test_texts_of_values() -> None:
    assert plain(UUID(int=10)) == plain(UUID(int=10).hex)
    assert [plain(each) for each in (True, 1, "A-b")] == ["1", "1", "ab"]
    assert template("a IN (%s, %s, %s)") == template("a IN (%s, %s)")


def test_parameters() -> None:
    first, named, text = tokens("%s %(n)s 'x'")
    assert getter([5])(first) == "5"
    assert getter({"n": 6})(named) == "6"
    assert getter(None)(text) == "x"
    assert getter([None])(first) is None
    assert getter([])(first) is None


def test_what_objects_show_is_told_by_them() -> None:
    sql = "SELECT o.id, o.total FROM orders_order o WHERE o.code = %s"
    assert seen(sql, ["x"], objects=True)[0].used == {"code"}
    assert seen(sql, ["x"])[0].used == {"id", "total", "code"}
    assert seen("SELECT * FROM orders_order")[0].used == {"*"}
    assert seen("SELECT total FROM orders_order, orders_label")[0].used == {"total"}


@pytest.mark.parametrize(
    ("condition", "how", "scope"),
    [
        ("o.id = %s", "key", {"order": {"id"}}),
        ("o.id IN (%s)", "key", {"order": {"id"}}),
        ("o.code = 'x'", "key", {}),
        ("o.customer_id = %s", "link", {"order": {"customer_id"}}),
        ("o.customer_id IN (%s, 6)", "link", {}),
        ("o.total = %s", "open", {"order": {"total"}}),
        ("o.total > %s", "open", {}),
        ("o.id = %s OR o.total = 1", "open", {}),
    ],
)
def test_what_chooses_the_rows(condition: str, how: str, scope: object) -> None:
    sql = f"SELECT 1 FROM orders_order o WHERE {condition}"  # noqa: S608 (constants)
    (found,) = seen(sql, [5], order="5")
    assert (found.how, found.scope) == (how, scope)


def test_joins() -> None:
    sql = (
        "SELECT 1 FROM orders_order o JOIN orders_customer c ON o.customer_id = c.id "
        "WHERE o.customer_id = %s"
    )
    order, customer = seen(sql, [5], customer="5")
    assert (order.how, order.is_first, order.links) == ("link", True, {"customer_id"})
    assert (customer.how, customer.scope) == ("key", {"customer": {"id"}})
    sql = "SELECT 1 FROM orders_customer c LEFT JOIN orders_order o ON c.id = o.customer_id"
    assert [each.how for each in seen(sql)] == ["open", "link"]


def test_tables_without_a_model() -> None:
    (found,) = seen("SELECT x FROM elsewhere WHERE y = 1")
    assert (found.table, found.how, found.used) == ("elsewhere", "link", {"x", "y"})
    assert seen("SELECT 1 FROM elsewhere")[0].how == "open"

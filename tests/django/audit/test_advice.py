"""mizan.django.audit.advice: the line to add, by who writes and what is known."""

from __future__ import annotations

import pytest

from mizan.django.audit import advice
from mizan.django.audit.declarations import ContextInfo, FunctionInfo, Project
from mizan.django.audit.record import Fact, Query
from mizan.django.audit.units import Writer

OWN = ContextInfo("own", "OwnContext", ("customer_id",), frozenset({"customer_id"}), {})
ORDER = ContextInfo("order", "OrderContext", ("order_id",), frozenset(), {})
ALL = ContextInfo("all", "AllContext", (), frozenset(), {})
PROJECT = Project(
    {each.name: each for each in (OWN, ORDER, ALL)},
    {"pay": FunctionInfo("pay", "a.py:1", frozenset({"order_id"}), ("AllContext",), None)},
    {},
)


def line(kind: str, writer: str, context: ContextInfo, table: str = "orders_order",
         shared: bool = False) -> str:  # fmt: skip
    by = Writer(writer, "pay", "a.py:1")
    scope = {"customer_id": {"customer_id"}, "order_id": {"id"}}
    fact = Fact((by,), "s.py:1", "default", table, "UPDATE", ("total",), ())
    return advice.of(kind, fact, Query(set(), scope, "link", is_shared=shared), context, PROJECT)


@pytest.mark.parametrize(
    ("kind", "writer", "context", "expected"),
    [
        ("undeclared", "client", ORDER, "affects=[AllContext, OrderContext]"),
        ("undeclared", "client", ALL, "affects=AllContext"),
        ("undeclared", "client", OWN,
         "invalidate(OwnContext, customer_id=…)  # of each row that it writes"),
        ("scope", "client", ORDER,
         "invalidate(OrderContext, order_id=…)  # of each row that it writes"),
        ("undeclared", "affects", OWN, '@affects(OwnContext.by(customer_id="…"))'),
        ("undeclared", "affects", ALL, "@affects(AllContext)"),
        ("undeclared", "view", OWN, 'watch(Order, OwnContext, customer_id="customer_id")'),
        ("undeclared", "task", ORDER, 'watch(Order, OrderContext, order_id="id")'),
        ("undeclared", "command", ALL, "watch(Order, AllContext)"),
    ],
)  # fmt: skip
def test_lines(kind: str, writer: str, context: ContextInfo, expected: str) -> None:
    assert line(kind, writer, context) == expected


def test_what_is_shared_is_stale_as_a_whole() -> None:
    assert line("scope", "client", OWN, shared=True) == "affects=[AllContext, OwnContext.by()]"
    assert line("undeclared", "view", OWN, shared=True) == "watch(Order, OwnContext)"


def test_a_table_without_a_model() -> None:
    assert (
        line("undeclared", "view", OWN, "elsewhere")
        == "invalidate(OwnContext)  # beside the statement"
    )


def test_names() -> None:
    assert advice.symbol(PROJECT, "own", "") == "OwnContext"
    assert advice.symbol(PROJECT, "own", "orders") == "orders"
    assert advice.symbol(PROJECT, "gone", "") == '"gone"'
    assert advice.narrow(ORDER).startswith("invalidate(OrderContext, order_id=…)")

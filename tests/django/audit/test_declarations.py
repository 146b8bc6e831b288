"""mizan.django.audit.declarations: what the project declares, as code names it."""

from __future__ import annotations

import pytest
from django.http import HttpRequest
from project.orders.models import Order

from mizan.django import Context, affects, client, watch
from mizan.django.audit import declarations, frames
from mizan.server.registry import registry


class SeenContext(Context):
    """One order."""


def test_everything_is_named_as_in_code(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(frames, "is_application", lambda file: file == __file__)

    @client(context=SeenContext)
    def seen(request: HttpRequest, order_id: int) -> int:
        return 1

    @client(affects=[SeenContext, SeenContext.by("order_id"), seen, "seen"])
    def change(request: HttpRequest, order_id: int) -> None:
        pass

    @affects(SeenContext)
    def other() -> None:
        pass

    watch(Order, SeenContext, order_id="pk")
    found = declarations.project(registry.catalog)
    context = found.contexts["seen"]
    assert (context.symbol, context.scope) == ("SeenContext", ("order_id",))
    assert context.functions["seen"].endswith(f":{seen.where.rpartition(':')[2]}")
    function = found.functions["change"]
    assert function.affects == ("SeenContext", 'SeenContext.by("order_id")', "seen", '"seen"')
    assert function.arguments == {"order_id"}
    assert any(label.endswith("other") for label in found.writers.values())
    (declared,) = declarations.watches(registry.catalog)
    assert (declared.label, declared.targets) == ("watch(Order)", ("seen",))
    assert {"orders_order", "orders_order_labels"} <= set(declared.tables)


def test_models_by_table() -> None:
    assert declarations.model_of("orders_order") == "Order"
    assert declarations.model_of("elsewhere") == "elsewhere"

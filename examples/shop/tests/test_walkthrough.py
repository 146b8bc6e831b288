"""The walk through the running shop ends well; scripts/demo shows it. A payment reaches it."""

import pytest
from django.core.management import call_command
from pytest_django.live_server_helper import LiveServer

from store.models import Order
from walkthrough import walk


# It runs after all others: its server has threads, so the database is emptied at its end.
def test_it_ends_well_and_payments_come(
    live_server: LiveServer, capsys: pytest.CaptureFixture[str]
) -> None:
    walk(live_server.url)
    shown = capsys.readouterr().out
    assert "304 Not Modified" in shown
    assert "X-Mizan-Invalidate: catalogue, product;product_id=" in shown
    assert "Cache-Status: mizan; hit" in shown
    assert "9. What is wrong" in shown
    assert "events.unavailable" in shown  # the server of Django's tests speaks WSGI
    assert Order.objects.get().status == "placed"
    call_command("pay", Order.objects.get().pk, url=live_server.url)
    assert Order.objects.get().status == "paid"
    assert "orders;customer_id=" in capsys.readouterr().out

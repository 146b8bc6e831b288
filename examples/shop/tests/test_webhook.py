"""The payment provider's webhook: private, signed, and heard by the right people."""

import json
import time
from typing import Any

import pytest
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.core.management import CommandError, call_command
from django.http import HttpResponse

from mizan.testing.django import MizanClient, assert_fetches_fresh, assert_invalidates, stale
from store.models import Order, Payment
from store.payments import TOLERANCE, check, signature


def send(
    client: MizanClient, order: Order, body: bytes | None = None, signed: str | None = None
) -> HttpResponse:
    body = body or json.dumps({"id": "evt_1", "type": "payment.succeeded"}, indent=1).encode()
    headers = {"Payment-Signature": signature(body, int(time.time())) if signed is None else signed}
    path = f"/webhooks/payments/{order.pk}/"
    return client.generic("POST", path, body, "application/json", headers=headers)


def test_a_paid_order_is_seen_by_its_customer(
    visitor: MizanClient, ada: MizanClient, order: Order
) -> None:
    with (
        assert_fetches_fresh(ada, "order", order_id=order.pk, by=visitor) as seen,
        assert_fetches_fresh(ada, "orders", by=visitor),
        assert_fetches_fresh(ada, "notifications", by=visitor),
    ):
        response = send(visitor, order)
    assert response.status_code == 204
    assert seen.after["order"]["status"] == "paid"
    assert_invalidates(
        response,
        stale("order", order_id=order.pk),
        "office",
        stale("orders", customer_id=order.customer_id),
        stale("notifications", user_id=order.customer.user_id),
    )


def test_an_event_counts_once(visitor: MizanClient, order: Order) -> None:
    send(visitor, order)
    assert_invalidates(send(visitor, order), "office", stale("order", order_id=order.pk))
    assert Payment.objects.count() == 1


def test_other_events_change_nothing(visitor: MizanClient, order: Order) -> None:
    send(visitor, order, b'{"id":"evt_2","type":"payment.failed"}')
    order.refresh_from_db()
    assert order.status == "placed"


@pytest.mark.parametrize("status", ["shipped", "cancelled"])
def test_what_is_past_paying_stays_as_it_is(
    visitor: MizanClient, order: Order, status: str
) -> None:
    Order.objects.update(status=status)
    assert send(visitor, order).status_code == 204
    order.refresh_from_db()
    assert order.status == status


@pytest.mark.parametrize("signed", ["", "t=1", "t=1,v1=" + "0" * 64])
def test_a_wrong_signature_is_refused(visitor: MizanClient, order: Order, signed: str) -> None:
    response: Any = send(visitor, order, signed=signed)
    assert response.mizan.problem["code"] == "forbidden"
    assert_invalidates(response)
    assert not Payment.objects.exists()


def test_a_refusal_tells_nobody_what_would_be_right(
    visitor: MizanClient, order: Order, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    now, body = int(time.time()), b'{"id":"evt_1","type":"payment.succeeded"}'
    response = send(visitor, order, body, f"t={now},v1={'0' * 64}")
    right = signature(body, now).partition("v1=")[2]
    told = caplog.text + response.content.decode()
    assert "does not fit" in told
    for secret in (right, str(settings.PAYMENT_SECRET), settings.PAYMENT_SECRET.hex()):
        assert secret not in told


def test_a_changed_body_is_refused(visitor: MizanClient, order: Order) -> None:
    right = b'{"id":"evt_1","type":"payment.succeeded"}'
    signed = signature(right, int(time.time()))
    assert send(visitor, order, right + b" ", signed).status_code == 403
    assert send(visitor, order, right, signed).status_code == 204


def test_an_old_signature_is_refused() -> None:
    check(b"x", signature(b"x", 1000), now=1000 + TOLERANCE)
    with pytest.raises(PermissionDenied, match="too old"):
        check(b"x", signature(b"x", 1000), now=1001 + TOLERANCE)


def test_a_payment_is_played_to_a_shop_that_runs() -> None:
    with pytest.raises(CommandError, match="did not take it"):
        call_command("pay", 1, url="http://127.0.0.1:9")


def test_clients_cannot_call_it(ada: MizanClient, order: Order) -> None:
    assert ada.call("payment_webhook", order_id=order.pk).status == 403

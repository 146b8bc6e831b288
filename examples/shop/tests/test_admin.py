"""Django's admin, by its own forms: it declares little, and its pages are followed all the same."""

from collections.abc import Callable
from typing import Any

import pytest
from django.http import HttpResponse

from mizan.testing.django import MizanClient, assert_fetches_fresh, assert_invalidates, stale
from store.models import Customer, Order, OrderStatus, Product


@pytest.fixture
def edit(mara: MizanClient) -> Callable[..., HttpResponse]:
    """Return what opens the form of a row, changes some of its fields, and sends it."""

    def send(row: Any, **changes: Any) -> HttpResponse:
        path = f"/admin/store/{row._meta.model_name}/{row.pk}/change/"
        shown = mara.get(path).context
        formsets = [each.formset.management_form for each in shown["inline_admin_formsets"]]
        fields = {}
        for form in (shown["adminform"].form, *formsets):
            fields |= {form.add_prefix(name): form.get_initial_for_field(field, name)
                       for name, field in form.fields.items()}  # fmt: skip
        return mara.post(path, {**fields, **changes})

    return send


def test_a_customer_sees_what_is_edited(
    edit: Callable[..., HttpResponse], mara: MizanClient, ada: MizanClient, order: Order
) -> None:
    with (
        assert_fetches_fresh(ada, "order", order_id=order.pk, by=mara) as seen,
        assert_fetches_fresh(ada, "orders", by=mara),
        assert_fetches_fresh(ada, "notifications", by=mara) as feed,
        assert_fetches_fresh(mara, "office"),
    ):
        response = edit(order, status="paid")
    assert response.status_code == 302
    assert seen.after["order"]["status"] == "paid"
    assert feed.after["notifications"][0]["text"] == f"Order {order.pk} is paid."
    assert_invalidates(
        response,
        "office",
        stale("order", order_id=order.pk),
        stale("orders", customer_id=order.customer_id),
        stale("notifications", user_id=order.customer.user_id),
    )


def test_nobody_elses_pages_are_stale(
    edit: Callable[..., HttpResponse],
    ada: MizanClient,
    bo: MizanClient,
    order: Order,
    customer: Callable[..., Customer],
) -> None:
    other = Order.objects.create(tenant="north", customer=customer("bo"), total=1)
    reads: list[tuple[str, dict[str, int]]]
    reads = [("orders", {}), ("notifications", {}), ("order", {"order_id": other.pk})]
    for client, order_id in ((ada, order.pk), (bo, other.pk)):
        for context, params in reads:
            client.read(context, params and {"order_id": order_id})
    edit(order, status="paid")
    kept = {client: [] for client in (ada, bo)}
    for client, order_id in ((ada, order.pk), (bo, other.pk)):
        for context, params in reads:
            reply = client.read(context, params and {"order_id": order_id})
            kept[client].append(reply.headers["cache-status"] == "mizan; hit")
    assert kept == {ada: [False] * 3, bo: [True] * 3}


def test_what_is_cancelled_comes_back_and_stays_cancelled(
    edit: Callable[..., HttpResponse],
    mara: MizanClient,
    visitor: MizanClient,
    order: Order,
    espresso: Product,
) -> None:
    with (
        assert_fetches_fresh(visitor, "product", by=mara, product_id=espresso.pk) as product,
        assert_fetches_fresh(visitor, "catalogue", by=mara),
    ):
        edit(order, status="cancelled")
    assert product.after["product"]["stock"] == 42
    assert_invalidates(edit(order, status="placed"))
    order.refresh_from_db()
    assert order.status == OrderStatus.CANCELLED


def test_saving_without_a_change_makes_nothing_stale(
    edit: Callable[..., HttpResponse], order: Order
) -> None:
    assert_invalidates(edit(order))


def test_a_form_that_is_refused_makes_nothing_stale(
    edit: Callable[..., HttpResponse], order: Order
) -> None:
    response = edit(order, status="lost")
    assert response.status_code == 200
    assert_invalidates(response)


def test_a_price_is_fresh_everywhere(
    edit: Callable[..., HttpResponse], mara: MizanClient, visitor: MizanClient, kettle: Product
) -> None:
    with (
        assert_fetches_fresh(visitor, "product", by=mara, product_id=kettle.pk) as product,
        assert_fetches_fresh(visitor, "catalogue", by=mara),
        assert_fetches_fresh(mara, "stock"),
    ):
        response = edit(kettle, price="35.00")
    assert product.after["product"]["price"] == "35.00"
    assert_invalidates(response, "catalogue, stock", stale("product", product_id=kettle.pk))


def test_what_is_paid_is_shipped(mara: MizanClient, ada: MizanClient, order: Order) -> None:
    chosen = {"action": "ship", "_selected_action": [order.pk]}
    assert_invalidates(mara.post("/admin/store/order/", chosen))
    ada.read("order", order_id=order.pk)
    Order.objects.update(status=OrderStatus.PAID)
    with (
        assert_fetches_fresh(ada, "order", order_id=order.pk, by=mara) as seen,
        assert_fetches_fresh(ada, "notifications", by=mara),
    ):
        mara.post("/admin/store/order/", chosen)
    assert seen.after["order"]["status"] == "shipped"


@pytest.mark.parametrize("path", ["order/add/", "order/1/delete/", "product/2/delete/"])
def test_what_the_admin_does_not_do(mara: MizanClient, path: str) -> None:
    assert mara.get(f"/admin/store/{path}").status_code == 403


def test_customers_stay_outside(ada: MizanClient, order: Order) -> None:
    response = ada.post(f"/admin/store/order/{order.pk}/change/", {"status": "paid"})
    assert response.headers["Location"].startswith("/admin/login/")
    assert_invalidates(response)

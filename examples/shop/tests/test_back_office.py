"""The orders of everybody, and what those who run the shop make of them."""

from collections.abc import Callable

from mizan.testing.django import MizanClient, assert_fetches_fresh, assert_invalidates, stale
from store.models import Customer, Order, Product


def test_every_order_is_there_with_its_customer(mara: MizanClient, order: Order) -> None:
    found = mara.read("office")
    assert found["sold_pages"] == 1
    assert [(each["id"], each["customer"]["name"]) for each in found["sold"]] == [(order.pk, "Ada")]
    assert mara.read("office", status="paid")["sold"] == []


def test_another_status_is_seen_by_the_customer(
    mara: MizanClient, ada: MizanClient, order: Order, customer: Callable[..., Customer]
) -> None:
    with (
        assert_fetches_fresh(mara, "office", status="placed") as office,
        assert_fetches_fresh(ada, "order", by=mara, order_id=order.pk) as seen,
        assert_fetches_fresh(ada, "orders", by=mara),
        assert_fetches_fresh(ada, "notifications", by=mara) as feed,
    ):
        reply = mara.call("set_order_status", order_id=order.pk, status="paid")
    assert office.after["sold"] == []
    assert seen.after["order"]["status"] == "paid"
    assert feed.after["notifications"][0]["text"] == f"Order {order.pk} is paid."
    assert_invalidates(
        reply,
        "catalogue, office, stock",
        stale("order", order_id=order.pk),
        stale("orders", customer_id=customer("ada").pk),
        stale("notifications", user_id=customer("ada").user_id),
    )


def test_what_is_cancelled_comes_back_and_stays_cancelled(
    mara: MizanClient, visitor: MizanClient, order: Order, espresso: Product
) -> None:
    with assert_fetches_fresh(visitor, "product", by=mara, product_id=espresso.pk) as product:
        mara.call("set_order_status", order_id=order.pk, status="cancelled")
    assert product.after["product"]["stock"] == 42
    again = mara.call("set_order_status", order_id=order.pk, status="placed")
    assert again.problem["code"] == "app.order_closed"
    assert_invalidates(again)


def test_a_customers_name_is_fresh_here_too(
    mara: MizanClient, ada: MizanClient, customer: Callable[..., Customer]
) -> None:
    with assert_fetches_fresh(mara, "office", by=ada) as office:
        ada.call(
            "update_profile", customer_id=customer("ada").pk, name="Ada L.", email="a@example.org"
        )
    assert office.after["sold"][0]["customer"]["name"] == "Ada L."


def test_customers_cannot(ada: MizanClient, order: Order) -> None:
    reply = ada.call("set_order_status", order_id=order.pk, status="paid")
    assert reply.problem["code"] == "forbidden"


def test_orders_of_the_other_shop_are_not_there(
    sign_in: Callable[..., MizanClient], order: Order
) -> None:
    mara = sign_in("mara", SERVER_NAME="south.localhost")
    assert mara.read("office")["sold"] == []
    assert mara.call("set_order_status", order_id=order.pk, status="paid").status == 404

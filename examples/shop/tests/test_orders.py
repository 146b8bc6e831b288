"""Buying: everything that an order touches is fresh afterwards, or nothing happened."""

from collections.abc import Callable

import pytest
from asgiref.sync import async_to_sync

from mizan.testing.django import (
    AsyncMizanClient,
    MizanClient,
    assert_fetches_fresh,
    assert_invalidates,
    stale,
)
from store.models import Cart, Customer, Notification, Order, Product
from store.paging import SIZE


@pytest.fixture
def full(ada: MizanClient, espresso: Product, kettle: Product) -> MizanClient:
    """Ada, with two products in her cart."""
    ada.call("add_to_cart", product_id=espresso.pk, quantity=4)
    ada.call("add_to_cart", product_id=kettle.pk)
    return ada


def test_an_order_is_seen_everywhere(
    full: MizanClient, visitor: MizanClient, customer: Callable[..., Customer],
    espresso: Product, kettle: Product,
) -> None:  # fmt: skip
    cart = Cart.objects.get().pk
    with (
        assert_fetches_fresh(full, "cart") as bought,
        assert_fetches_fresh(full, "orders") as orders,
        assert_fetches_fresh(full, "notifications") as feed,
        assert_fetches_fresh(visitor, "catalogue", by=full),
        assert_fetches_fresh(visitor, "product", product_id=espresso.pk, by=full) as product,
    ):
        reply = full.call("place_order")
    assert reply.result["total"] == "48.60"
    assert bought.after["cart"]["lines"] == []
    assert orders.after["orders"][0]["id"] == reply.result["id"]
    assert feed.after["unread"] == feed.before["unread"] + 1
    assert product.after["product"]["stock"] == 36
    assert product.after["product_sales"] == {"orders": 2, "pieces": 6}
    assert_invalidates(
        reply,
        stale("cart", cart_id=cart),
        stale("order", order_id=reply.result["id"]),
        stale("orders", customer_id=customer("ada").pk),
        stale("notifications", user_id=customer("ada").user_id),
        "catalogue, office, stock",
        stale("product", product_id=espresso.pk),
        stale("product", product_id=kettle.pk),
    )


def test_what_has_run_out_meanwhile_undoes_the_order(full: MizanClient, kettle: Product) -> None:
    Product.objects.filter(pk=kettle.pk).update(stock=0)
    before = Order.objects.count()
    reply = full.call("place_order")
    assert (reply.status, reply.problem["code"]) == (409, "app.out_of_stock")
    assert_invalidates(reply)
    assert Order.objects.count() == before
    assert Product.objects.get(name="Espresso").stock == 40
    assert len(full.read("cart")["cart"]["lines"]) == 2


def test_an_empty_cart_cannot_be_bought(ada: MizanClient) -> None:
    assert ada.call("place_order").problem["code"] == "app.empty_cart"


def test_a_cancelled_order_gives_its_pieces_back(full: MizanClient, espresso: Product) -> None:
    placed = full.call("place_order").result["id"]
    with (
        assert_fetches_fresh(full, "order", order_id=placed) as order,
        assert_fetches_fresh(full, "product", product_id=espresso.pk) as product,
    ):
        full.call("cancel_order", order_id=placed)
    assert order.after["order"]["status"] == "cancelled"
    assert product.after["product"]["stock"] == 40
    assert full.call("cancel_order", order_id=placed).status == 404


def test_orders_are_the_customers_own(full: MizanClient, bo: MizanClient) -> None:
    placed = full.call("place_order").result["id"]
    assert bo.read("order", order_id=placed).status == 404
    assert bo.read("orders")["orders"] == []
    assert bo.call("cancel_order", order_id=placed).status == 404


def test_pages_of_orders(ada: MizanClient, customer: Callable[..., Customer]) -> None:
    for number in range(SIZE):
        Order.objects.create(tenant="north", customer=customer("ada"), total=number)
    first, second = ada.read("orders"), ada.read("orders", page=2)
    assert (len(first["orders"]), len(second["orders"])) == (SIZE, 1)
    assert first["order_pages"] == second["order_pages"] == 2
    assert ada.read("orders", page=3)["orders"] == []
    assert ada.read("orders", page=0).status == 422


def test_orders_of_one_status(full: MizanClient) -> None:
    placed = full.call("place_order").result["id"]
    with assert_fetches_fresh(full, "orders", status="placed") as seen:
        full.call("cancel_order", order_id=placed)
    assert [len(seen.before["orders"]), len(seen.after["orders"])] == [2, 1]
    assert [each["id"] for each in full.read("orders", status="cancelled")["orders"]] == [placed]
    assert full.read("orders", status="paid")["order_pages"] == 1
    assert full.read("orders", status="lost").status == 422


def test_a_line_of_an_order_names_its_product(full: MizanClient) -> None:
    placed = full.call("place_order").result["id"]
    lines = full.read("order", order_id=placed)["order"]["lines"]
    assert [each["name"] for each in lines] == ["Espresso", "Kettle"]


def test_notifications_are_marked_as_read(ada: MizanClient) -> None:
    (line,) = ada.read("notifications", unread_only=True)["notifications"]
    with assert_fetches_fresh(ada, "notifications") as feed:
        ada.call("mark_read", notification_id=line["id"])
    assert feed.before["unread"] == 1
    assert feed.after["unread"] == 0
    assert ada.read("notifications", unread_only=True)["notifications"] == []


def test_all_are_marked_at_once_over_asgi(async_ada: AsyncMizanClient) -> None:
    async def run() -> None:
        async with assert_fetches_fresh(async_ada, "notifications") as feed:
            reply = await async_ada.call("mark_all_read")
        assert reply.result == 1
        assert feed.after["unread"] == 0

    async_to_sync(run)()


def test_notifications_of_others_are_not_there(bo: MizanClient) -> None:
    assert bo.call("mark_read", notification_id=Notification.objects.get().pk).status == 404

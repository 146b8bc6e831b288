"""A cart belongs to a visitor, with or without an account."""

from mizan.testing.django import MizanClient, assert_fetches_fresh, assert_invalidates, stale
from store.models import Cart, CartLine, Product


def test_a_visitor_has_an_empty_cart_that_nobody_keeps(visitor: MizanClient) -> None:
    reply = visitor.read("cart")
    assert reply["cart"] == {"lines": [], "total": "0"}
    assert reply.headers["cache-control"] == "private, no-store"
    assert not Cart.objects.exists()
    assert "sessionid" not in visitor.cookies


def test_the_first_product_makes_a_cart(visitor: MizanClient, espresso: Product) -> None:
    with assert_fetches_fresh(visitor, "cart") as cart:
        reply = visitor.call("add_to_cart", product_id=espresso.pk, quantity=2)
    assert cart.after["cart"] == reply.result
    assert reply.result["total"] == "4.80"
    assert reply.result["lines"][0]["quantity"] == 2
    assert_invalidates(reply, stale("cart", cart_id=Cart.objects.get().pk))


def test_more_of_a_product_is_one_line(visitor: MizanClient, espresso: Product) -> None:
    for _ in range(3):
        visitor.call("add_to_cart", product_id=espresso.pk)
    assert [each["quantity"] for each in visitor.read("cart")["cart"]["lines"]] == [3]


def test_carts_are_apart(
    visitor: MizanClient, ada: MizanClient, espresso: Product, kettle: Product
) -> None:
    first = visitor.call("add_to_cart", product_id=espresso.pk)
    second = ada.call("add_to_cart", product_id=kettle.pk)
    assert first.stale != second.stale
    assert visitor.read("cart")["cart"]["total"] == "2.40"
    assert ada.read("cart")["cart"]["total"] == "39.00"


def test_a_cart_outlives_signing_in(visitor: MizanClient, espresso: Product) -> None:
    visitor.call("add_to_cart", product_id=espresso.pk)
    visitor.call("sign_in", username="ada", password="demo")
    reply = visitor.read("cart")
    assert reply["cart"]["total"] == "2.40"
    assert reply.headers["cache-control"] == "private, no-cache"


def test_a_product_is_taken_out(visitor: MizanClient, espresso: Product) -> None:
    visitor.call("add_to_cart", product_id=espresso.pk)
    with assert_fetches_fresh(visitor, "cart") as cart:
        visitor.call("remove_from_cart", product_id=espresso.pk)
    assert cart.after["cart"]["lines"] == []


def test_more_than_there_is(visitor: MizanClient, kettle: Product) -> None:
    visitor.call("add_to_cart", product_id=kettle.pk, quantity=2)
    reply = visitor.call("add_to_cart", product_id=kettle.pk, quantity=2)
    assert (reply.status, reply.problem["code"]) == (409, "app.out_of_stock")
    assert reply.problem["data"] == {"product_id": kettle.pk, "left": 3}
    assert reply.targets == ()
    assert CartLine.objects.get().quantity == 2


def test_what_is_no_number_of_pieces(visitor: MizanClient, kettle: Product) -> None:
    for quantity in (0, 100, "two", None, 1.5):
        reply = visitor.call("add_to_cart", product_id=kettle.pk, quantity=quantity)
        assert [each["pointer"] for each in reply.problem["errors"]] == ["/quantity"], quantity

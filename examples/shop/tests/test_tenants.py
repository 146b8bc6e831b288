"""Two shops in one project: the subdomain tells them apart, in every cache too."""

from collections.abc import Callable

import pytest
from django.http import Http404

from mizan.testing.django import MizanClient
from shop.tenants import tenant_of
from store.models import Product

SOUTH = {"SERVER_NAME": "south.localhost"}


@pytest.fixture
def south() -> MizanClient:
    """A visitor of the other shop."""
    return MizanClient(**SOUTH)


def test_each_shop_has_its_products(visitor: MizanClient, south: MizanClient) -> None:
    here, there = visitor.read("catalogue"), south.read("catalogue")
    assert here["shop"]["slug"] == "north"
    assert there["shop"]["slug"] == "south"
    assert {each["name"] for each in there["products"]} == {"Assam", "Sencha", "Teapot"}
    assert here.headers["etag"] != there.headers["etag"]


def test_products_of_the_other_shop_are_not_there(
    visitor: MizanClient, south: MizanClient, teapot: Product
) -> None:
    assert south.read("product", product_id=teapot.pk).status == 200
    assert visitor.read("product", product_id=teapot.pk).status == 404
    assert visitor.call("add_to_cart", product_id=teapot.pk).status == 404


def test_an_account_has_orders_in_each_shop(
    ada: MizanClient, sign_in: Callable[..., MizanClient], teapot: Product
) -> None:
    there = sign_in("ada", **SOUTH)
    there.call("add_to_cart", product_id=teapot.pk)
    there.call("place_order")
    assert [each["total"] for each in there.read("orders")["orders"]] == ["24.00"]
    assert [each["total"] for each in ada.read("orders")["orders"]] == ["4.80"]


def test_the_managers_change_their_shop_alone(
    sign_in: Callable[..., MizanClient], espresso: Product, teapot: Product
) -> None:
    mara = sign_in("mara", **SOUTH)
    assert mara.call("restock", product_id=teapot.pk, pieces=1).status == 200
    assert mara.call("restock", product_id=espresso.pk, pieces=1).status == 404


@pytest.mark.parametrize(
    ("host", "slug"),
    [
        ("north.localhost:8000", "north"),
        ("south.localhost", "south"),
        ("localhost", "north"),
        ("127.0.0.1:8000", "north"),
        ("testserver", "north"),
    ],
)
def test_hosts(host: str, slug: str) -> None:
    assert tenant_of(host).slug == slug


def test_a_shop_that_is_not_there() -> None:
    with pytest.raises(Http404):
        tenant_of("west.localhost")
    page = MizanClient(SERVER_NAME="west.localhost").get("/")
    assert page.status_code == 404

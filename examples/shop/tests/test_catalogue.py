"""What everybody may see is the same for everybody, and fresh after each change."""

from asgiref.sync import async_to_sync

from mizan.testing.django import (
    AsyncMizanClient,
    MizanClient,
    Reply,
    assert_fetches_fresh,
    assert_invalidates,
)
from store.models import Product
from store.paging import SIZE


def names(reply: Reply) -> list[str]:
    return [each["name"] for each in reply["products"]]


def test_the_catalogue_is_read_in_one_bundle(visitor: MizanClient) -> None:
    reply = visitor.read("catalogue")
    assert reply["shop"] == {"slug": "north", "name": "North Street Coffee"}
    assert names(reply) == ["Cold brew", "Espresso", "Filter coffee", "Kettle"]
    assert reply.headers["cache-control"] == "public, no-cache"


def test_it_is_searched(visitor: MizanClient, kettle: Product) -> None:
    assert names(visitor.read("catalogue", search="CO")) == ["Cold brew", "Filter coffee"]
    Product.objects.filter(pk=kettle.pk).update(stock=0)
    assert "Kettle" not in names(visitor.read("catalogue", in_stock=True))
    assert "Kettle" in names(visitor.read("catalogue"))


def test_it_has_pages(visitor: MizanClient) -> None:
    for number in range(SIZE):
        Product.objects.create(tenant="north", name=f"Mug {number}", price=9, stock=1)
    assert visitor.read("catalogue")["product_pages"] == 2
    assert names(visitor.read("catalogue", page=2)) == ["Mug 2", "Mug 3", "Mug 4", "Mug 5"]
    assert visitor.read("catalogue", search="Mug 1")["product_pages"] == 1
    assert names(visitor.read("catalogue", page=9)) == []


def test_an_unchanged_product_is_not_sent_again(visitor: MizanClient, espresso: Product) -> None:
    etag = visitor.read("product", product_id=espresso.pk).headers["etag"]
    again = visitor.read("product", product_id=espresso.pk, headers={"If-None-Match": etag})
    assert again.status == 304


def test_a_product_that_is_not_there(visitor: MizanClient) -> None:
    problem = visitor.read("product", product_id=0).problem
    assert (problem["status"], problem["function"]) == (404, "product")


def test_a_new_price_is_seen_everywhere(
    visitor: MizanClient, mara: MizanClient, espresso: Product
) -> None:
    with (
        assert_fetches_fresh(visitor, "product", product_id=espresso.pk, by=mara) as product,
        assert_fetches_fresh(visitor, "catalogue", by=mara),
    ):
        reply = mara.call("change_price", product_id=espresso.pk, price="2.60")
    assert reply.result["price"] == product.after["product"]["price"] == "2.60"
    assert_invalidates(reply, "catalogue", "stock", f"product;product_id={espresso.pk}")


def test_other_products_stay_as_they_are(
    visitor: MizanClient, mara: MizanClient, espresso: Product, kettle: Product
) -> None:
    etag = visitor.read("product", product_id=kettle.pk).headers["etag"]
    mara.call("restock", product_id=espresso.pk, pieces=5)
    again = visitor.read("product", product_id=kettle.pk, headers={"If-None-Match": etag})
    assert again.status == 304


def test_few_pieces_are_seen_by_who_runs_the_shop(mara: MizanClient, kettle: Product) -> None:
    with assert_fetches_fresh(mara, "stock") as stock:
        mara.call("restock", product_id=kettle.pk, pieces=7)
    assert [each["name"] for each in stock.before["running_out"]] == ["Kettle"]
    assert stock.after["running_out"] == []


def test_it_is_the_same_over_asgi(
    visitor: MizanClient, async_mizan_client: AsyncMizanClient, espresso: Product
) -> None:
    read = async_to_sync(async_mizan_client.read)
    expected = visitor.read("product", product_id=espresso.pk)
    assert read("product", product_id=espresso.pk).data == expected.data
    assert expected["product_sales"] == {"orders": 1, "pieces": 2}

"""The server-rendered pages, which hear of mutations by the same header."""

import json
import re
from pathlib import Path

from django.contrib.staticfiles import finders

from mizan.testing.django import MizanClient, assert_fetches_fresh, assert_invalidates, stale
from store.models import Cart, Customer, Product

HTMX = {"HX-Request": "true"}


def test_the_storefront_is_the_same_for_everybody(visitor: MizanClient, ada: MizanClient) -> None:
    page = visitor.get("/")
    assert page.status_code == 200
    assert "North Street Coffee" in page.text
    assert "Espresso" in page.text
    assert not page.cookies
    assert ada.get("/").content == page.content
    assert "<!doctype" not in visitor.get("/products/").text


def test_a_product_page_is_the_sites_own(visitor: MizanClient, espresso: Product) -> None:
    assert "Short and strong." in visitor.get(f"/p/{espresso.pk}/").text
    assert visitor.get("/p/0/").status_code == 404


def test_the_account_shows_a_form_of_ones_own_data(visitor: MizanClient, ada: MizanClient) -> None:
    assert 'data-calls="sign_in"' in visitor.get("/account/").text
    page = ada.get("/account/")
    own = Customer.objects.get(user__username="ada", tenant="north")
    assert f"data-args='{{\"customer_id\": {own.pk}}}'" in page.text
    assert 'value="Ada"' in page.text
    assert "no-store" in page["Cache-Control"]
    assert "csrftoken" in page.cookies
    # Where the script puts the error of each pointer of update_profile.
    for name in ("name", "email", "phone"):
        assert f'name="{name}"' in page.text
        assert f'id="id_{name}_wrong"' in page.text


def test_a_page_finds_its_scripts_and_waits_for_what_it_shows(visitor: MizanClient) -> None:
    page = visitor.get("/")
    text = page.text
    files = re.findall(r"/static/([\w./-]+)", text)
    assert {"htmx/htmx.min.js", "mizan/index.js", "mizan/htmx.js", "store/shop.js"} <= {*files}
    assert [name for name in files if not finders.find(name)] == []
    imports = json.loads(re.findall(r'<script type="importmap">(.*?)</script>', text, re.DOTALL)[0])
    script = Path(str(finders.find("store/shop.js"))).read_text("utf-8")
    assert set(re.findall(r'from "(@mizan/.*?)"', script)) == imports["imports"].keys()
    shown = dict(re.findall(r'hx-get="(.*?)" hx-trigger="(.*?)"', text))
    for url, context in (("/cart/", "cart"), ("/products/", "catalogue")):
        assert f"mizan:{context} from:body, mizan:all from:body" in shown[url]


def test_the_button_adds_to_the_cart(visitor: MizanClient, espresso: Product) -> None:
    with assert_fetches_fresh(visitor, "cart") as cart:
        response = visitor.post(f"/cart/add/{espresso.pk}/", headers=HTMX)
    # There is nothing to swap: the part that shows the cart loads it.
    assert (response.status_code, response.text) == (204, "")
    assert response["Cache-Control"] == "no-store"
    assert_invalidates(response, stale("cart", cart_id=Cart.objects.get().pk))
    assert cart.after["cart"]["total"] == "2.40"
    assert "1 &times; Espresso" in visitor.get("/cart/").text


def test_the_other_button_takes_out_of_it(visitor: MizanClient, espresso: Product) -> None:
    visitor.post(f"/cart/add/{espresso.pk}/", headers=HTMX)
    response = visitor.post(f"/cart/remove/{espresso.pk}/", headers=HTMX)
    assert response.status_code == 204
    assert "It is empty." in visitor.get("/cart/").text
    assert_invalidates(response, stale("cart", cart_id=Cart.objects.get().pk))


def test_without_htmx_the_browser_is_sent_to_the_cart(
    visitor: MizanClient, espresso: Product
) -> None:
    response = visitor.post(f"/cart/add/{espresso.pk}/")
    assert (response.status_code, response["Location"]) == (302, "/cart/")
    assert_invalidates(response, stale("cart", cart_id=Cart.objects.get().pk))


def test_what_has_run_out_is_a_problem_with_a_sentence(
    visitor: MizanClient, kettle: Product
) -> None:
    Product.objects.filter(pk=kettle.pk).update(stock=0)
    assert "Sold out" in visitor.get("/").text
    response = visitor.post(f"/cart/add/{kettle.pk}/", headers=HTMX)
    assert response.status_code == 409
    assert response.mizan.problem["detail"] == "There are only 0 of Kettle."
    assert not Cart.objects.exists()


def test_get_is_not_for_changing(visitor: MizanClient, espresso: Product) -> None:
    response = visitor.get(f"/cart/add/{espresso.pk}/")
    assert (response.status_code, response["Allow"]) == (405, "POST")


def test_edges_know_the_pages() -> None:
    from mizan.django import generate_edge_manifest

    contexts = generate_edge_manifest()["contexts"]
    assert contexts["catalogue"]["views"] == ["/", "/products/"]
    assert contexts["product"]["page_routes"] == ["/p/:product_id/"]
    assert contexts["catalogue"]["render_strategy"] == "psr"
    assert contexts["cart"]["render_strategy"] == "dynamic_cached"


def test_the_page_that_react_draws_is_there_under_all_its_urls(visitor: MizanClient) -> None:
    page = visitor.get("/app/")
    assert '<div id="app" data-shop="North Street Coffee"></div>' in page.text
    assert "app/app.js" in page.text
    assert "csrftoken" in page.cookies
    assert visitor.get("/app/orders/5/").status_code == 200

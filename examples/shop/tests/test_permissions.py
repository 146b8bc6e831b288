"""Each may do what is theirs to do, and is told what is missing."""

from collections.abc import Callable

import pytest

from mizan.testing.django import MizanClient, assert_fetches_fresh
from store.models import Customer, Product

GUARDED = [
    ("running_out", {}),
    ("restock", {"pieces": 1}),
    ("change_price", {"price": "1.00"}),
    ("sold", {}),
]
READS = {"running_out": "stock", "sold": "office"}


def ask(client: MizanClient, function: str, args: dict, product: Product):
    if function in READS:
        return client.read(READS[function])
    return client.call(function, {"product_id": product.pk, **args})


@pytest.mark.parametrize(("function", "args"), GUARDED)
def test_only_who_runs_the_shop(
    visitor: MizanClient, ada: MizanClient, mara: MizanClient, espresso: Product,
    function: str, args: dict,
) -> None:  # fmt: skip
    assert ask(visitor, function, args, espresso).problem["code"] == "unauthenticated"
    assert ask(ada, function, args, espresso).problem["code"] == "forbidden"
    assert ask(mara, function, args, espresso).status == 200
    espresso.refresh_from_db()
    assert espresso.stock == (41 if function == "restock" else 40)


@pytest.mark.parametrize("context", ["orders", "notifications"])
def test_a_feed_needs_a_login(visitor: MizanClient, ada: MizanClient, context: str) -> None:
    reply = visitor.read(context)
    assert (reply.status, reply.problem["code"]) == (401, "unauthenticated")
    assert ada.read(context).headers["cache-control"] == "private, no-cache"


def test_the_page_knows_who_looks(
    visitor: MizanClient, ada: MizanClient, mara: MizanClient, customer: Callable[..., Customer]
) -> None:
    assert visitor.read("session")["me"] is None
    assert ada.read("session")["me"] == {
        "username": "ada",
        "customer_id": customer("ada").pk,
        "runs_the_shop": False,
    }
    assert mara.read("session")["me"]["runs_the_shop"] is True


def test_customers_see_their_own_data(
    ada: MizanClient, bo: MizanClient, mara: MizanClient, customer: Callable[..., Customer]
) -> None:
    own = customer("ada").pk
    assert ada.read("customer", customer_id=own)["customer"]["name"] == "Ada"
    assert bo.read("customer", customer_id=own).problem["code"] == "forbidden"
    assert mara.read("customer", customer_id=own)["customer"]["name"] == "Ada"


def test_wrong_fields_are_named(ada: MizanClient, customer: Callable[..., Customer]) -> None:
    reply = ada.call(
        "update_profile", customer_id=customer("ada").pk, name="", email="no", phone="1" * 30
    )
    assert reply.status == 422
    assert {each["pointer"]: each["code"] for each in reply.problem["errors"]} == {
        "/name": "required",
        "/email": "invalid",
        "/phone": "max_length",
    }
    assert reply.targets == ()
    assert customer("ada").name == "Ada"


def test_a_profile_is_changed(ada: MizanClient, customer: Callable[..., Customer]) -> None:
    own = customer("ada").pk
    with assert_fetches_fresh(ada, "customer", customer_id=own) as seen:
        ada.call("update_profile", customer_id=own, name="Ada L.", email="al@example.org")
    assert seen.after["customer"]["name"] == "Ada L."


def test_signing_in_and_out(visitor: MizanClient) -> None:
    wrong = visitor.call("sign_in", username="ada", password="wrong")
    assert wrong.problem["code"] == "app.wrong_password"
    right = visitor.call("sign_in", username="ada", password="demo")
    assert right.result["username"] == "ada"
    assert visitor.read("orders").status == 200
    visitor.call("sign_out")
    assert visitor.read("orders").status == 401


def test_a_token_is_as_good_as_a_session(ada: MizanClient) -> None:
    token = ada.call("mwt_obtain").result["token"]
    program = MizanClient(headers={"X-Mizan-Token": token})
    assert program.read("orders").data == ada.read("orders").data
    assert program.call("mark_all_read").result == 1
    spoilt = MizanClient(headers={"X-Mizan-Token": token[:-2]})
    assert spoilt.read("orders").problem["code"] == "token_invalid"


def test_a_session_is_protected_against_forgery(sign_in: Callable[..., MizanClient]) -> None:
    ada = sign_in("ada", enforce_csrf_checks=True)
    assert ada.call("mark_all_read").problem["code"] == "csrf"
    ada.get("/cart/")
    token = ada.cookies["csrftoken"].value
    assert ada.call("mark_all_read", headers={"X-CSRFToken": token}).status == 200

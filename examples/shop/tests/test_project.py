"""The project as a whole: its checks, its documents, its seed data, its settings."""

import io
import json
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from openapi_spec_validator import OpenAPIV31SpecValidator

from mizan.django import generate_client_schema, generate_edge_manifest
from mizan.protocol.token import Key
from mizan.schemas import problems
from shop.database import database
from shop.secrets import derived, public_part, signing_key, token_key
from store.models import Customer, Order, Product
from store.paging import SIZE


def test_there_is_nothing_to_complain_of() -> None:
    call_command("check", fail_level="WARNING", stdout=io.StringIO(), stderr=io.StringIO())
    call_command("makemigrations", check=True, dry_run=True, stdout=io.StringIO())


def test_its_documents_are_valid() -> None:
    assert problems("manifest", generate_edge_manifest()) == []
    assert problems("client-schema", generate_client_schema()) == []
    out = io.StringIO()
    call_command("mizan_openapi", stdout=out)
    described = json.loads(out.getvalue())
    assert list(map(str, OpenAPIV31SpecValidator(described).iter_errors())) == []
    assert described["paths"].keys() >= {"/call/", "/ctx/orders/", "/events/"}


def test_private_functions_and_pages_are_not_for_clients() -> None:
    functions = generate_client_schema()["functions"]
    assert "payment_webhook" not in functions
    assert "storefront" not in functions
    assert functions["add_to_cart"]["errors"]["app.out_of_stock"]["status"] == 409
    assert generate_edge_manifest()["mutations"]["payment_webhook"]["private"] is True


def test_seeding_again_changes_nothing() -> None:
    counts = [model.objects.count() for model in (Product, Customer, Order)]
    assert counts == [7, 3, 1]
    Product.objects.filter(name="Kettle").update(stock=1)
    call_command("seed", stdout=io.StringIO())
    assert [model.objects.count() for model in (Product, Customer, Order)] == counts
    assert Product.objects.get(name="Kettle").stock == 1


def test_seeding_many_makes_pages_and_again_changes_nothing() -> None:
    for _ in range(2):
        call_command("seed", many=True, stdout=io.StringIO())
        assert Product.objects.filter(tenant="north").count() > 2 * SIZE
        assert Order.objects.filter(customer__user__username="ada").count() == 14
        assert Order.objects.filter(customer__user__username="bo").count() == 4


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        (None, {"NAME": Path("/x/shop.sqlite3")}),
        ("sqlite:///a/b.sqlite3", {"NAME": "a/b.sqlite3"}),
        ("sqlite:////a/b.sqlite3", {"NAME": "/a/b.sqlite3"}),
        (
            "postgres://u:p%40ss@db:5433/shop",
            {"NAME": "shop", "USER": "u", "PASSWORD": "p@ss", "HOST": "db", "PORT": 5433},
        ),
        ("postgresql:///shop", {"NAME": "shop", "HOST": "", "PORT": ""}),
    ],
)
def test_the_database_is_named_by_one_variable(url: str | None, expected: dict[str, Any]) -> None:
    found = database(url, Path("/x"))
    assert found["ENGINE"].endswith("postgresql" if url and url[0] == "p" else "sqlite3")
    assert found.items() >= expected.items()


def test_another_database_is_refused() -> None:
    with pytest.raises(ValueError, match="expected postgres://"):
        database("mysql://db/shop", Path())


def test_secrets_are_independent() -> None:
    keys = {derived("a", "x"), derived("a", "y"), derived("b", "x")}
    assert len(keys) == 3
    assert all(len(each) == 32 for each in keys)
    assert token_key("a", "1")["k"] != token_key("a", "2")["k"]


def test_an_edge_verifies_tokens_and_makes_none() -> None:
    key = signing_key("a", "1")
    assert Key.from_jwk(key).signs
    assert not Key.from_jwk(public_part(key)).signs
    assert public_part(key)["x"] == key["x"]

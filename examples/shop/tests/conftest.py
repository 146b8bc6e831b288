"""A seeded shop, and who uses it: a visitor, Ada and Bo who buy, Mara who runs the place."""

import io
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.management import call_command

from mizan.testing.django import AsyncMizanClient, MizanClient
from store.models import Customer, Order, Product


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> None:
    """Seed the database once; each test's own changes are rolled back."""
    with django_db_blocker.unblock():
        call_command("seed", stdout=io.StringIO())


@pytest.fixture(autouse=True)
def _database(db: None) -> None:
    """Every test may use the database."""


@pytest.fixture
def sign_in() -> Callable[..., MizanClient]:
    """Return a client of a user by name; more arguments are the client's."""

    def signed(name: str, **defaults: Any) -> MizanClient:
        client = MizanClient(**defaults)
        client.force_login(User.objects.get(username=name))
        return client

    return signed


@pytest.fixture
def visitor(mizan_client: MizanClient) -> MizanClient:
    """Somebody without an account."""
    return mizan_client


@pytest.fixture
def ada(sign_in: Callable[..., MizanClient]) -> MizanClient:
    """Ada, signed in."""
    return sign_in("ada")


@pytest.fixture
def bo(sign_in: Callable[..., MizanClient]) -> MizanClient:
    """Bo, signed in."""
    return sign_in("bo")


@pytest.fixture
def mara(sign_in: Callable[..., MizanClient]) -> MizanClient:
    """Mara, who runs the shops, signed in."""
    return sign_in("mara")


@pytest.fixture
def async_ada(async_mizan_client: AsyncMizanClient) -> AsyncMizanClient:
    """Ada, signed in, over ASGI."""
    async_mizan_client.force_login(User.objects.get(username="ada"))
    return async_mizan_client


@pytest.fixture
def customer() -> Callable[..., Customer]:
    """Return a user, by name, as a customer of a shop."""
    return lambda name, tenant="north": Customer.objects.get(user__username=name, tenant=tenant)


@pytest.fixture
def order() -> Order:
    """Ada's order."""
    return Order.objects.get()


@pytest.fixture
def espresso() -> Product:
    """A product of which there are forty."""
    return Product.objects.get(name="Espresso")


@pytest.fixture
def kettle() -> Product:
    """A product of which there are three."""
    return Product.objects.get(name="Kettle")


@pytest.fixture
def teapot() -> Product:
    """A product of the other shop."""
    return Product.objects.get(name="Teapot")

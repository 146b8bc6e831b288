"""What the project declares: four contexts, and a mutation that makes two of them stale."""

from __future__ import annotations

from django.db.models import F
from django.http import HttpRequest
from pydantic import BaseModel

from desk.models import Customer, Notification, Order, Product
from mizan.django import Context, client


class CustomerShape(BaseModel):
    """A customer."""

    id: int
    name: str


class ProductShape(BaseModel):
    """A product."""

    id: int
    title: str


class OrderShape(BaseModel):
    """An order."""

    id: int
    product_id: int
    quantity: int


class ProfileContext(Context):
    """A customer's own data."""


class OrdersContext(Context):
    """What a customer ordered."""


class NotificationsContext(Context):
    """What a customer was told of."""


class ProductsContext(Context):
    """What there is to order."""


@client(context=ProfileContext)
def profile(request: HttpRequest, customer_id: int) -> CustomerShape:
    """Return a customer."""
    return Customer.objects.get(pk=customer_id)


@client(context=OrdersContext)
def orders(request: HttpRequest, customer_id: int) -> list[OrderShape]:
    """Return a customer's orders."""
    return Order.objects.filter(customer_id=customer_id).order_by("pk")


@client(context=NotificationsContext)
def unread(request: HttpRequest, customer_id: int) -> int:
    """Return how many notifications a customer has."""
    return Notification.objects.filter(customer_id=customer_id).count()


@client(context=ProductsContext)
def products(request: HttpRequest) -> list[ProductShape]:
    """Return all products."""
    return Product.objects.order_by("pk")


@client(affects=[OrdersContext, NotificationsContext])
def add_one(request: HttpRequest, customer_id: int, order_id: int) -> OrderShape:
    """Order one more, and tell the customer."""
    found = Order.objects.filter(pk=order_id, customer_id=customer_id)
    found.update(quantity=F("quantity") + 1)
    Notification.objects.create(customer_id=customer_id, text="One more was ordered.")
    return found.get()

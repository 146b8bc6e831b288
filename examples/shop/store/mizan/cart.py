"""The cart. Nobody needs an account for it."""

from typing import Annotated

from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from pydantic import Field

from mizan.django import client
from store.carts import cart_of, own_cart
from store.errors import OutOfStock
from store.mizan.contexts import CartContext
from store.models import CartLine, Product
from store.shapes import CartShape

Quantity = Annotated[int, Field(ge=1, le=99)]


@client(context=CartContext)
def cart(request: HttpRequest) -> CartShape:
    """Return the visitor's cart."""
    return cart_of(request) or CartShape()


@client(affects=CartContext, errors=[OutOfStock])
def add_to_cart(request: HttpRequest, product_id: int, quantity: Quantity = 1) -> CartShape:
    """Put pieces of a product into the cart; into a new one if there is none."""
    wanted = get_object_or_404(Product, tenant=request.tenant.slug, pk=product_id)
    line = CartLine.objects.filter(cart=own_cart(request), product=wanted).first()
    if line is None:
        line = CartLine(cart=own_cart(request), product=wanted, quantity=0)
    line.quantity += quantity
    if line.quantity > wanted.stock:
        detail = f"There are only {wanted.stock} of {wanted.name}."
        raise OutOfStock(detail, product_id=wanted.pk, left=wanted.stock)
    line.save()
    return own_cart(request)


@client(affects=CartContext)
def remove_from_cart(request: HttpRequest, product_id: int) -> CartShape:
    """Take a product out of the cart."""
    CartLine.objects.filter(cart=own_cart(request), product_id=product_id).delete()
    return own_cart(request)

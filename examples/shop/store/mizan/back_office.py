"""For the people who run the shop: every function asks for a permission."""

from decimal import Decimal
from typing import Annotated

from django.db.models import F
from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from pydantic import Field

from mizan.django import client
from store.mizan.contexts import CatalogueContext, ProductContext, StockContext
from store.models import Product
from store.shapes import ProductShape

Pieces = Annotated[int, Field(gt=0, le=10_000)]
Price = Annotated[Decimal, Field(ge=0, max_digits=8, decimal_places=2)]

_EVERYWHERE = [ProductContext, CatalogueContext, StockContext]
_MAY = "store.change_product"


@client(context=StockContext, permission=_MAY)
def running_out(request: HttpRequest, below: int = 5) -> list[ProductShape]:
    """Return the products of which there are few."""
    return Product.objects.filter(tenant=request.tenant.slug, stock__lt=below).order_by("stock")


@client(affects=_EVERYWHERE, permission=_MAY)
def restock(request: HttpRequest, product_id: int, pieces: Pieces) -> ProductShape:
    """Add pieces of a product."""
    found = get_object_or_404(Product, tenant=request.tenant.slug, pk=product_id)
    found.stock = F("stock") + pieces
    found.save(update_fields=["stock"])
    found.refresh_from_db()
    return found


@client(affects=_EVERYWHERE, permission=_MAY)
def change_price(request: HttpRequest, product_id: int, price: Price) -> ProductShape:
    """Give a product another price."""
    found = get_object_or_404(Product, tenant=request.tenant.slug, pk=product_id)
    found.price = price
    found.save(update_fields=["price"])
    return found

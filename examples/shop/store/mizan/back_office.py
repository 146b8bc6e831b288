"""For the people who run the shop: every function asks for a permission."""

from decimal import Decimal
from typing import Annotated

from django.db.models import F, QuerySet
from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from pydantic import Field

from mizan.django import client
from store.errors import OrderClosed
from store.mizan.contexts import (
    CatalogueContext,
    OfficeContext,
    OrderContext,
    ProductContext,
    StockContext,
)
from store.mizan.orders import change_status, in_status
from store.models import Order, OrderStatus, Product
from store.paging import Page, page_of, pages_of
from store.shapes import ProductShape, SoldShape

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


@client(context=OfficeContext, permission=_MAY)
def sold(
    request: HttpRequest, status: OrderStatus | None = None, page: Page = 1
) -> list[SoldShape]:
    """Return a page of the shop's orders, the latest first."""
    return page_of(_sold(request, status).select_related("customer"), page)


@client(context=OfficeContext, permission=_MAY)
def sold_pages(request: HttpRequest, status: OrderStatus | None = None) -> int:
    """Return how many pages of orders there are."""
    return pages_of(_sold(request, status))


@client(
    affects=[OrderContext, OfficeContext, StockContext, CatalogueContext],
    permission=_MAY,
    errors=[OrderClosed],
)
def set_order_status(request: HttpRequest, order_id: int, status: OrderStatus) -> SoldShape:
    """Give an order another status. What is cancelled stays so."""
    found = get_object_or_404(_sold(request, None).select_related("customer"), pk=order_id)
    if found.status == OrderStatus.CANCELLED:
        raise OrderClosed(f"Order {order_id} is cancelled already.")
    change_status(found, status)
    return found


def _sold(request: HttpRequest, status: OrderStatus | None) -> QuerySet[Order]:
    return in_status(Order.objects.filter(tenant=request.tenant.slug), status)

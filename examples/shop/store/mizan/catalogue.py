"""What the shop sells."""

from django.db.models import Count, QuerySet, Sum
from django.http import HttpRequest

from mizan.django import client
from store.mizan.contexts import CatalogueContext, ProductContext
from store.models import OrderLine, Product
from store.paging import Page, page_of, pages_of
from store.shapes import ProductShape, SalesShape, ShopShape


@client(context=CatalogueContext)
def shop(request: HttpRequest) -> ShopShape:
    """Return the shop that the subdomain names."""
    return request.tenant


@client(context=CatalogueContext)
def products(
    request: HttpRequest, search: str = "", in_stock: bool = False, page: Page = 1
) -> list[ProductShape]:
    """Return a page of the products whose names contain `search`."""
    return page_of(_found(request, search, in_stock), page)


@client(context=CatalogueContext)
def product_pages(request: HttpRequest, search: str = "", in_stock: bool = False) -> int:
    """Return how many pages of products there are."""
    return pages_of(_found(request, search, in_stock))


@client(context=ProductContext)
def product(request: HttpRequest, product_id: int) -> ProductShape:
    """Return one product."""
    return Product.objects.get(tenant=request.tenant.slug, pk=product_id)


@client(context=ProductContext)
async def product_sales(request: HttpRequest, product_id: int) -> SalesShape:
    """Return how often a product was bought. (Async: under ASGI it needs no thread.)"""
    sales = OrderLine.objects.filter(order__tenant=request.tenant.slug, product_id=product_id)
    found = await sales.aaggregate(orders=Count("order", distinct=True), pieces=Sum("quantity"))
    return SalesShape(orders=found["orders"], pieces=found["pieces"] or 0)


def _found(request: HttpRequest, search: str, in_stock: bool) -> QuerySet[Product]:
    found = Product.objects.filter(tenant=request.tenant.slug, name__icontains=search)
    return found.filter(stock__gt=0) if in_stock else found

"""Pages that the server renders; htmx fills in what is the visitor's own.

They are declared like any other function, so an edge knows which of them a mutation makes stale.
"""

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.cache import patch_cache_control

from mizan.django import client
from store.errors import OutOfStock
from store.mizan import cart as carts
from store.mizan.contexts import CartContext, CatalogueContext
from store.models import Product

YEAR = 365 * 24 * 3600  # seconds


@client(context=CatalogueContext, route="/")
def storefront(request: HttpRequest) -> HttpResponse:
    """Show the shop. The same page for everybody: the cart is loaded into it."""
    return _kept(render(request, "store/storefront.html", _catalogue(request)))


@client(context=CatalogueContext, route="/products/")
def product_list(request: HttpRequest) -> HttpResponse:
    """Show the list alone, for a page that has found it stale."""
    return _kept(render(request, "store/products.html", _catalogue(request)))


@client(context=CartContext, route="/cart/")
def cart_page(request: HttpRequest) -> HttpResponse:
    """Show the cart, for a page that loads it or has found it stale."""
    return render(request, "store/cart.html", {"cart": carts.cart(request)})


@client(affects=CartContext, route="/cart/add/<int:product_id>/", errors=[OutOfStock])
def add_to_cart_page(request: HttpRequest, product_id: int) -> HttpResponse:
    """Put one piece of a product into the cart."""
    carts.add_to_cart(request, product_id)
    return _done(request)


@client(affects=CartContext, route="/cart/remove/<int:product_id>/")
def remove_from_cart_page(request: HttpRequest, product_id: int) -> HttpResponse:
    """Take a product out of the cart."""
    carts.remove_from_cart(request, product_id)
    return _done(request)


def _catalogue(request: HttpRequest) -> dict[str, object]:
    shown = Product.objects.filter(tenant=request.tenant.slug)
    return {"shop": request.tenant, "products": shown}


def _kept(page: HttpResponse) -> HttpResponse:
    """Let an edge that purges keep a page that is the same for everybody; browsers ask again."""
    if settings.MIZAN_EDGE:
        patch_cache_control(page, public=True, max_age=0, s_maxage=YEAR)
    return page


def _done(request: HttpRequest) -> HttpResponse:
    """Answer a button: a page with htmx loads by itself what the header says is stale."""
    if "HX-Request" in request.headers:
        return HttpResponse(status=204)
    return HttpResponseRedirect("/cart/")

"""A page that Mizan does not serve. MIZAN_VIEW_URLS names its route, so an edge purges it too."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render

from store.models import Product


def product_page(request: HttpRequest, product_id: int) -> HttpResponse:
    """Show one product."""
    shown = get_object_or_404(Product, tenant=request.tenant.slug, pk=product_id)
    return render(request, "store/product.html", {"shop": request.tenant, "product": shown})

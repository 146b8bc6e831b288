"""Pages that Mizan does not serve. MIZAN_VIEW_URLS names the public one, so an edge purges it."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import ensure_csrf_cookie

from store.customers import customer_of
from store.forms import ProfileForm
from store.models import Product


def product_page(request: HttpRequest, product_id: int) -> HttpResponse:
    """Show one product."""
    shown = get_object_or_404(Product, tenant=request.tenant.slug, pk=product_id)
    return render(request, "store/product.html", {"shop": request.tenant, "product": shown})


@never_cache
@ensure_csrf_cookie
def app_page(request: HttpRequest, **_: str) -> HttpResponse:
    """Show the page that React draws; what it shows under which URL is its own business."""
    return render(request, "store/app.html", {"shop": request.tenant})


@never_cache
def account_page(request: HttpRequest) -> HttpResponse:
    """Show who is signed in their data, to change by `update_profile`; others may sign in."""
    shown = {"shop": request.tenant, "customer": None}
    if request.user.is_authenticated:
        shown["customer"] = customer_of(request)
        shown["form"] = ProfileForm(instance=shown["customer"])
    return render(request, "store/account.html", shown)
